using DiffEngine;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>Whether nobody watches this run: then nothing is approved and no window is opened.</summary>
internal static class BuildServer
{
    // DiffEngine knows the servers by their own variables; a plain CI=true, which most of them set too and container scripts set alone,
    // it does not.
    // Read each time, as DiffEngine's own answer may be overridden within a test.
    public static bool Detected => BuildServerDetector.Detected || IsSet(Environment.GetEnvironmentVariable("CI"));

    private static bool IsSet(string? value) =>
        !string.IsNullOrWhiteSpace(value) && value != "0" && !value.Equals("false", StringComparison.OrdinalIgnoreCase);
}
