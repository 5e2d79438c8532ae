using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Operations;

/// <summary>
/// What a backward pass leaves on the thread that called it, on which libtorch runs backward functions for the CPU. Call <see
/// cref="Finish"/> after every backward pass through layers of this project.
/// </summary>
public static class BackwardPass
{
    [ThreadStatic]
    private static ExceptionDispatchInfo? failure;

    [ThreadStatic]
    private static List<Tensor>? returned;

    /// <summary>Frees what is left, and throws what an operation on this thread failed with since the last call, if anything.</summary>
    public static void Finish()
    {
        FreeReturned();
        var kept = failure;
        failure = null;
        kept?.Throw();
    }

    /// <summary>
    /// Keeps the first failure: an exception must not leave a backward function, since it would pass through native code, which ends the
    /// process.
    /// </summary>
    internal static void Keep(Exception exception) => failure ??= ExceptionDispatchInfo.Capture(exception);

    /// <summary>
    /// Hands gradients to libtorch, which takes references of its own as soon as the operation has returned; ours go when the next
    /// operation returns.
    /// </summary>
    internal static List<Tensor> Return(List<Tensor> gradients)
    {
        FreeReturned();
        gradients.ForEach(gradient => gradient?.DetachFromDisposeScope());
        return returned = gradients;
    }

    private static void FreeReturned()
    {
        returned?.ForEach(gradient => gradient?.Dispose());
        returned = null;
    }
}
