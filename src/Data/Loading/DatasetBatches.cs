using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using PPYolo.Align;
using PPYolo.Data.Batches;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;
using PPYolo.Model.Networks;

namespace PPYolo.Data.Loading;

/// <summary>
/// Batches of a dataset, made ahead by worker threads while the caller trains. An iteration's batch depends on the dataset, the seed, the
/// sizes, the batch and the rank alone: not on the workers, nor on what was asked for before. One thread at a time asks.
/// </summary>
public sealed class DatasetBatches : IBatchSource, IDisposable
{
    private readonly DetectionDataset dataset;
    private readonly NetworkOptions network;
    private readonly LoaderOptions options;
    private readonly BatchSchedule schedule;
    private readonly SamplePipeline pipeline;
    private readonly BlockingCollection<(PendingBatch Batch, int Slot)> work = [];
    private readonly Queue<(int Iteration, PendingBatch Batch)> window = new();
    private readonly CancellationTokenSource stop;
    private readonly Thread[] threads;
    private bool isDisposed;

    /// <summary>Starts the workers; they begin with the first iteration that is asked for.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="network">Anchors, levels and classes of the targets.</param>
    /// <param name="options">What batches are made, and by how many.</param>
    /// <param name="cancellation">Ends waiting and working.</param>
    /// <exception cref="AlignException">An option is out of its range, the dataset has more categories than the network classes, or OpenCV
    /// cannot be loaded.</exception>
    public DatasetBatches(DetectionDataset dataset, NetworkOptions network, LoaderOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        if (dataset.Categories.Length > network.Classes)
        {
            throw new AlignException(
                $"{dataset.Layout.Annotations}: expected at most {network.Classes} categories, the network's classes, found "
                    + $"{dataset.Categories.Length}"
            );
        }

        // Now and not in a worker, so that the message is about the machine and not about some image.
        OpenCv.Require();
        (this.dataset, this.network, this.options) = (dataset, network, options.Validate());
        schedule = new(dataset.Images.Length, options);
        pipeline = new(dataset, options.Seed, options.Augmentation);
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        threads = [.. Enumerable.Range(0, options.Workers).Select(Start)];
    }

    /// <summary>Iterations in which every image is used once; what is left over belongs to the next epoch's first batch.</summary>
    public int IterationsPerEpoch => Math.Max(1, dataset.Images.Length / options.Batch);

    /// <summary>How many batches were begun for the workers so far.</summary>
    internal int Planned { get; private set; }

    /// <summary>How long the last call of <see cref="At"/> waited for its batch.</summary>
    public TimeSpan LastWait { get; private set; }

    /// <summary>How long all calls of <see cref="At"/> waited.</summary>
    public TimeSpan TotalWait { get; private set; }

    /// <inheritdoc />
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Batch At(int iteration)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        stop.Token.ThrowIfCancellationRequested();
        var start = Stopwatch.GetTimestamp();
        try
        {
            return Take(iteration).WaitAsync(stop.Token).GetAwaiter().GetResult();
        }
        finally
        {
            LastWait = Stopwatch.GetElapsedTime(start);
            TotalWait += LastWait;
        }
    }

    /// <summary>Stops the workers and waits until they have.</summary>
    public void Dispose()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        work.CompleteAdding();
        stop.Cancel();
        Clear();
        foreach (var thread in threads)
        {
            thread.Join();
        }

        work.Dispose();
        stop.Dispose();
    }

    private Task<Batch> Take(int iteration)
    {
        if (threads.Length == 0)
        {
            var batch = new PendingBatch(schedule.At(iteration), dataset, network);
            for (var slot = 0; slot < batch.Count; slot++)
            {
                batch.Make(slot, pipeline);
            }

            return batch.Done;
        }

        if (window.Count > 0 && window.Peek().Iteration != iteration)
        {
            Clear();
        }

        var next = window.Count == 0 ? iteration : window.Last().Iteration + 1;
        // The batch asked for, and those after it.
        while (window.Count < options.Prefetch + 1 && next >= iteration)
        {
            var batch = new PendingBatch(schedule.At(next), dataset, network);
            window.Enqueue((next++, batch));
            Planned++;
            for (var slot = 0; slot < batch.Count; slot++)
            {
                work.Add((batch, slot));
            }
        }

        return window.Dequeue().Batch.Done;
    }

    private void Clear()
    {
        while (window.TryDequeue(out var pending))
        {
            pending.Batch.Abandon();
        }
    }

    private Thread Start(int number)
    {
        var thread = new Thread(Work) { IsBackground = true, Name = string.Create(CultureInfo.InvariantCulture, $"data worker {number}") };
        thread.Start();
        return thread;
    }

    private void Work()
    {
        try
        {
            foreach (var (batch, slot) in work.GetConsumingEnumerable(stop.Token))
            {
                batch.Make(slot, pipeline);
            }
        }
        catch (OperationCanceledException)
        {
            // The loader is disposed of or cancelled; whoever waits for a batch is told so by At.
        }
    }
}
