using PPYolo.Train.Epochs;

namespace PPYolo.Cli.Progress;

/// <summary>Rates over the last iterations, of which single ones differ with their image size.</summary>
internal sealed class Throughput
{
    private const int Window = 20;

    private readonly Queue<EpochIteration> recent = new();

    /// <summary>Images per second, waiting included.</summary>
    public double ImagesPerSecond => recent.Sum(one => (double)one.Images) / Math.Max(Seconds, 1e-9);

    /// <summary>The share of the time that was spent on waiting for data, in [0,1].</summary>
    public double DataWaitShare => recent.Sum(one => one.Done.DataWait.TotalSeconds) / Math.Max(Seconds, 1e-9);

    /// <summary>How long the rest of the run takes at the present rate; evaluations not counted.</summary>
    public TimeSpan Left { get; private set; }

    private double Seconds => recent.Sum(one => one.Time.TotalSeconds);

    public void Add(EpochIteration iteration)
    {
        recent.Enqueue(iteration);
        if (recent.Count > Window)
        {
            recent.Dequeue();
        }

        Left = TimeSpan.FromSeconds(Math.Round(Seconds / recent.Count * (iteration.Iterations - iteration.IterationsDone)));
    }
}
