using System.Runtime.ExceptionServices;
using PPYolo.Kernels.Normalization;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Layers;

/// <summary>Adds up sums of several threads, each of which has a part of the batch.</summary>
internal sealed class JoinedParts(int count) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Barrier barrier = new(count);
    private readonly Tensor[] parts = new Tensor[count];

    /// <summary>Runs something on a thread for each part.</summary>
    public T[] Run<T>(Func<int, IStatisticsReduction, T> work)
    {
        var results = new T[count];
        var failures = new ExceptionDispatchInfo?[count];
        var threads = Enumerable
            .Range(0, count)
            .Select(part => new Thread(() =>
            {
                try
                {
                    results[part] = work(part, new Part(this, part));
                }
                catch (Exception exception)
                {
                    failures[part] = ExceptionDispatchInfo.Capture(exception);
                }
            }))
            .ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Array.Find(failures, failure => failure is not null)?.Throw();
        return results;
    }

    public void Dispose() => barrier.Dispose();

    private sealed class Part(JoinedParts all, int part) : IStatisticsReduction
    {
        public void Sum(Tensor sums)
        {
            all.parts[part] = sums.clone();
            Wait();
            using var total = all.parts.Skip(1).Aggregate(all.parts[0].clone(), (sum, term) => sum.add_(term));
            sums.copy_(total);
            Wait();
        }

        private void Wait()
        {
            if (!all.barrier.SignalAndWait(Patience))
            {
                throw new TimeoutException("another part did not come to the sum");
            }
        }
    }
}
