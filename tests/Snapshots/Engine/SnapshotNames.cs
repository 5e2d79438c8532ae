using System.Globalization;
using System.Runtime.InteropServices;
using VerifyTests;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>
/// The names of a test's files: <c>Class.Method_parameters.unique.verified.extension</c>, and the same with <c>received</c>.
/// </summary>
internal sealed record SnapshotNames(string Directory, string ReceivedPrefix, string VerifiedPrefix)
{
    public static SnapshotNames Of(TestIdentity test, VerifySettings settings)
    {
        var (receivedUnique, verifiedUnique) = UniqueParts(
            settings.Unique | VerifierSettings.Unique,
            test.Project.TargetsSeveralFrameworks
        );
        var directory = test.Directory(settings);
        if (settings.FileName is { } name)
        {
            return new SnapshotNames(directory, name + receivedUnique, name + verifiedUnique);
        }

        var typeAndMethod = $"{test.TypeName(settings)}.{test.MethodName(settings)}";
        var (received, verified) = Parameters(test, settings);
        return new SnapshotNames(directory, typeAndMethod + received + receivedUnique, typeAndMethod + verified + verifiedUnique);
    }

    /// <summary>The files of a target; the index tells apart those of the same name and extension.</summary>
    public FilePair For(Target target, int? index = null)
    {
        var number = index?.ToString("D2", CultureInfo.InvariantCulture);
        var parts = string.Join('.', new[] { target.Name, number }.OfType<string>());
        var suffix = parts.Length == 0 ? "" : $"#{parts}";
        return new FilePair(
            target.Extension,
            Path.Combine(Directory, $"{ReceivedPrefix}{suffix}.received.{target.Extension}"),
            Path.Combine(Directory, $"{VerifiedPrefix}{suffix}.verified.{target.Extension}"),
            target.IsString
        );
    }

    public IEnumerable<string> ExistingVerified() => Existing(VerifiedPrefix, "verified");

    public IEnumerable<string> ExistingReceived() => Existing(ReceivedPrefix, "received");

    private List<string> Existing(string prefix, string kind) =>
        !System.IO.Directory.Exists(Directory)
            ? []
            :
            [
                .. System
                    .IO.Directory.EnumerateFiles(Directory)
                    .Where(path =>
                        Path.GetFileName(path) is var name
                        && (
                            name.StartsWith($"{prefix}.{kind}.", StringComparison.Ordinal)
                            || (
                                name.StartsWith($"{prefix}#", StringComparison.Ordinal)
                                && name.Contains($".{kind}.", StringComparison.Ordinal)
                            )
                        )
                    ),
            ];

    private static (string Received, string Verified) Parameters(TestIdentity test, VerifySettings settings)
    {
        if (settings.ParametersText is { } text)
        {
            return ($"_{text}", settings.ParametersIgnoredForVerified ? "" : $"_{text}");
        }

        var names = test.Method.GetParameters().Select(parameter => parameter.Name!).ToArray();
        if (settings.Parameters is not { } values || names.Length == 0)
        {
            return ("", "");
        }

        if (values.Length > names.Length)
        {
            throw new InvalidOperationException(
                $"{test.Method.Name} has {names.Length} parameters, but UseParameters was given {values.Length} values."
            );
        }

        if (settings.IgnoredParameters?.Except(names).ToArray() is { Length: > 0 } unknown)
        {
            throw new InvalidOperationException(
                $"{test.Method.Name} has no parameter {string.Join(", ", unknown)} to ignore, only {string.Join(", ", names)}."
            );
        }

        var all = names.Zip(values).ToArray();
        var kept =
            settings.IgnoredParameters is not { } ignored ? all
            : ignored.Count == 0 ? []
            : all.Where(pair => !ignored.Contains(pair.First));
        return (ParameterText.Of(all), settings.ParametersIgnoredForVerified ? "" : ParameterText.Of(kept));
    }

    private static (string Received, string Verified) UniqueParts(UniqueFor unique, bool severalFrameworks)
    {
        var runtime = string.Create(CultureInfo.InvariantCulture, $".DotNet{Environment.Version.Major}_{Environment.Version.Minor}");
        var shared = "";
        if (unique.HasFlag(UniqueFor.Architecture))
        {
            shared += "." + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        }

        if (unique.HasFlag(UniqueFor.OSPlatform))
        {
            shared +=
                OperatingSystem.IsWindows() ? ".Windows"
                : OperatingSystem.IsMacOS() ? ".OSX"
                : ".Linux";
        }

        // Runs for several frameworks may be under way at once: each writes what it received under a name of its own.
        return (shared + (severalFrameworks ? runtime : ""), shared + (unique.HasFlag(UniqueFor.RuntimeAndVersion) ? runtime : ""));
    }
}
