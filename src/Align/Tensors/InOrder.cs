using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace PPYolo.Align.Tensors;

/// <summary>Independent work on many tensors, several at a time.</summary>
public static class InOrder
{
    /// <summary>
    /// What a function makes of each item, in the items' order. It must not matter which thread calls it, and when; the exception of the
    /// first item that has one comes out as it is.
    /// </summary>
    /// <param name="items">The items.</param>
    /// <param name="function">What to do with each.</param>
    public static IReadOnlyList<TResult> Select<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> function)
    {
        var results = new TResult[items.Count];
        var failures = new ExceptionDispatchInfo?[items.Count];
        // One after the other: tensors are of very different sizes, and a range of them may hold most of the work.
        Parallel.ForEach(
            Partitioner.Create(Enumerable.Range(0, items.Count), EnumerablePartitionerOptions.NoBuffering),
            (i, state) =>
            {
                try
                {
                    results[i] = function(items[i]);
                }
                catch (Exception failure)
                {
                    failures[i] = ExceptionDispatchInfo.Capture(failure);
                    state.Stop();
                }
            }
        );
        Array.Find(failures, failure => failure is not null)?.Throw();
        return results;
    }
}
