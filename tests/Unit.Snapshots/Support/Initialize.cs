using System.Runtime.CompilerServices;
using EmptyFiles;

namespace PPYolo.Tests.Unit.Snapshots.Support;

/// <summary>The settings of all tests in this assembly.</summary>
internal static class Initialize
{
    [ModuleInitializer]
    internal static void Run()
    {
        FileExtensions.AddTextExtension("loose");
        VerifierSettings.RegisterStringComparer(
            "loose",
            (received, verified, _) =>
                Task.FromResult(
                    received.Equals(verified, StringComparison.OrdinalIgnoreCase)
                        ? CompareResult.Equal
                        : CompareResult.NotEqual("not even in another case")
                )
        );
        VerifierSettings.RegisterStreamComparer(
            "length",
            (received, verified, _) =>
                Task.FromResult(
                    received.Length == verified.Length
                        ? CompareResult.Equal
                        : CompareResult.NotEqual($"{received.Length} bytes, not {verified.Length}")
                )
        );
        VerifierSettings.AddScrubber("scrubbed", text => text.Replace("secret", "public"));
        FileExtensions.AddTextExtension("scrubbed");
        VerifierSettings.NameForParameter<Version>(version => $"v{version.Major}");
    }
}
