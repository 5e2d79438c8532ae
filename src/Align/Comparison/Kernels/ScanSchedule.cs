using System.Collections.Concurrent;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Comparison.Kernels;

/// <summary>Spreads the chunks of many tensors over threads, in the order in which they lie in memory.</summary>
internal static class ScanSchedule
{
    // Kept from one comparison to the next: megabytes that would be made, cleared and collected for each.
    private static readonly ConcurrentBag<UlpCounter> Idle = [];

    /// <summary>Measures all tensors.</summary>
    public static void Run(IReadOnlyList<PairScan> scans, int threads)
    {
        var counters = new UlpCounter?[threads];
        try
        {
            for (var pending = scans; pending.Count > 0; pending = [.. pending.Where(scan => scan.Pending)])
            {
                Pass([.. pending.SelectMany(scan => Enumerable.Range(0, scan.Chunks), (scan, chunk) => (scan, chunk))], counters);
            }
        }
        finally
        {
            foreach (var counter in counters.OfType<UlpCounter>())
            {
                Idle.Add(counter);
            }
        }
    }

    private static void Pass((PairScan Scan, int Chunk)[] work, UlpCounter?[] counters)
    {
        var next = -1;
        void Worker(int thread)
        {
            var counter = counters[thread] ??= Idle.TryTake(out var idle) ? idle : new();
            for (var i = Interlocked.Increment(ref next); i < work.Length; i = Interlocked.Increment(ref next))
            {
                work[i].Scan.Run(work[i].Chunk, counter);
            }
        }

        var threads = Math.Min(counters.Length, work.Length);
        if (threads == 1)
        {
            Worker(0);
        }
        else
        {
            // A file that cannot be read on ends a comparison with its own exception, on however many threads it does.
            _ = InOrder.Select(
                [.. Enumerable.Range(0, threads)],
                thread =>
                {
                    Worker(thread);
                    return thread;
                }
            );
        }
    }
}
