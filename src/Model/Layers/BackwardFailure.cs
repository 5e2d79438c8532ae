using System.Runtime.ExceptionServices;

namespace PPYolo.Model.Layers;

/// <summary>
/// What a backward function of ours failed with. An exception must not leave a backward function, since it would pass through native code, which ends the
/// process: the function keeps it here, returns zeros, and whoever called backward asks afterwards.
/// </summary>
public static class BackwardFailure
{
    [ThreadStatic]
    private static ExceptionDispatchInfo? failure;

    /// <summary>Throws what a backward function on this thread failed with since the last call, if anything.</summary>
    public static void ThrowIfAny()
    {
        var kept = failure;
        failure = null;
        kept?.Throw();
    }

    /// <summary>Keeps the first failure. libtorch runs backward functions for the CPU on the thread that called backward.</summary>
    internal static void Keep(Exception exception) => failure ??= ExceptionDispatchInfo.Capture(exception);
}
