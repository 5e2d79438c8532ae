using System.Diagnostics;
using PPYolo.Train.Runtime;

namespace PPYolo.Train.Ranks;

/// <summary>
/// Tells a rank that computes, however slowly, from one that hangs: a slow or busy machine gives it little processor time, but some. Its
/// own thread counts, and its process while it waits for what other threads make for it, as batches are.
/// </summary>
internal sealed class RankActivity
{
    // Of the time that has passed: a thread that is blocked uses none; a process in which all are blocked still collects garbage and draws
    // progress.
    private const double LeastOfThread = 0.001,
        LeastOfProcess = 0.1;

    private readonly ThreadClock? clock = ThreadClock.OfThisThread();
    private long asked = Stopwatch.GetTimestamp();
    private TimeSpan thread;
    private TimeSpan process;

    /// <summary>Watches the calling thread, a rank's.</summary>
    public RankActivity() => HasAdvanced();

    /// <summary>Whether the rank has got on since this was asked last.</summary>
    public bool HasAdvanced()
    {
        var (before, passed) = ((thread, process), Stopwatch.GetElapsedTime(asked));
        asked = Stopwatch.GetTimestamp();
        (thread, process) = (clock?.Now ?? default, Environment.CpuUsage.TotalTime);
        return thread - before.thread > passed * LeastOfThread || process - before.process > passed * LeastOfProcess;
    }
}
