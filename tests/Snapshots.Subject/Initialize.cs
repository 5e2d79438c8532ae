using System.Globalization;
using System.Runtime.CompilerServices;
using DiffEngine;
using EmptyFiles;

namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>Sets up all tests: an extension with a comparer of its own, and a diff tool if one is given.</summary>
internal static class Initialize
{
    [ModuleInitializer]
    internal static void Run()
    {
        FileExtensions.AddTextExtension("number");
        VerifierSettings.RegisterStringComparer("number", WithinOne);
        VerifierSettings.RegisterStreamComparer("bytes", SameLength);
        if (Given.DiffTool is { } path)
        {
            static string Arguments(string temp, string target) => $"\"{temp}\" \"{target}\"";
            DiffTools.AddTool(
                "Recorder",
                autoRefresh: false,
                isMdi: false,
                supportsText: true,
                requiresTarget: false,
                useShellExecute: false,
                new LaunchArguments(Left: Arguments, Right: Arguments),
                path,
                binaryExtensions: [".bytes"]
            );
        }
    }

    private static Task<CompareResult> SameLength(Stream received, Stream verified, IReadOnlyDictionary<string, object> context) =>
        Task.FromResult(
            received.Length == verified.Length
                ? CompareResult.Equal
                : CompareResult.NotEqual($"{received.Length} bytes in place of {verified.Length}")
        );

    private static Task<CompareResult> WithinOne(string received, string verified, IReadOnlyDictionary<string, object> context)
    {
        var distance = Math.Abs(
            double.Parse(received, CultureInfo.InvariantCulture) - double.Parse(verified, CultureInfo.InvariantCulture)
        );

        // Asked this way round, not a number counts as different.
        return Task.FromResult(
            distance <= 1
                ? CompareResult.Equal
                : CompareResult.NotEqual(string.Create(CultureInfo.InvariantCulture, $"differs by {distance}"))
        );
    }
}
