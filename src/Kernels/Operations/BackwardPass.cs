using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Operations;

/// <summary>
/// What backward functions leave for the thread that computed the graph. libtorch runs them on the thread that asks for the backward pass
/// where they are the CPU's, and on a thread of its own for each card, so each operation takes this object along from the forward pass.
/// Call <see cref="Finish"/> after every backward pass through layers of this project, on the thread that computed the graph.
/// </summary>
public sealed class BackwardPass
{
    // Of the thread that computes graphs, not of the one that runs their backward functions: ranks are threads that train side by side.
    [ThreadStatic]
    private static BackwardPass? current;

    private readonly Lock gate = new();

    // By thread: what one has handed back may not be libtorch's yet when another hands something back.
    private readonly Dictionary<int, List<Tensor>> returned = [];
    private ExceptionDispatchInfo? failure;

    private BackwardPass() { }

    /// <summary>That of the graphs which the calling thread computes.</summary>
    internal static BackwardPass Current => current ??= new();

    /// <summary>
    /// Frees what is left, and throws what an operation that this thread computed failed with since the last call, if anything.
    /// </summary>
    public static void Finish() => Current.End();

    /// <summary>
    /// Keeps the first failure: an exception must not leave a backward function, since it would pass through native code, which ends the
    /// process.
    /// </summary>
    internal void Keep(Exception exception)
    {
        lock (gate)
        {
            failure ??= ExceptionDispatchInfo.Capture(exception);
        }
    }

    /// <summary>
    /// Hands gradients to libtorch, which takes references of its own as soon as the operation has returned; ours go when the next
    /// operation returns on the same thread.
    /// </summary>
    internal List<Tensor> Return(List<Tensor> gradients)
    {
        gradients.ForEach(gradient => gradient?.DetachFromDisposeScope());
        lock (gate)
        {
            if (returned.Remove(Environment.CurrentManagedThreadId, out var before))
            {
                Free(before);
            }

            returned.Add(Environment.CurrentManagedThreadId, gradients);
        }

        return gradients;
    }

    private static void Free(List<Tensor> gradients) => gradients.ForEach(gradient => gradient?.Dispose());

    private void End()
    {
        ExceptionDispatchInfo? kept;
        lock (gate)
        {
            foreach (var gradients in returned.Values)
            {
                Free(gradients);
            }

            returned.Clear();
            (kept, failure) = (failure, null);
        }

        kept?.Throw();
    }
}
