using DiffEngine;

namespace PPYolo.Harness.Approval;

/// <summary>Whether nobody watches: then nothing is approved.</summary>
internal static class BuildServer
{
    // DiffEngine knows the servers by their own variables, but not a plain CI=true.
    public static bool Detected =>
        BuildServerDetector.Detected
        || (
            Environment.GetEnvironmentVariable("CI") is { Length: > 0 } value
            && value != "0"
            && !value.Equals("false", StringComparison.OrdinalIgnoreCase)
        );
}
