using PPYolo.Train.Ranks.Mpi;

namespace PPYolo.Train.Ranks;

/// <summary>How ranks are started.</summary>
public sealed record RanksOptions
{
    /// <summary>
    /// How long a rank waits for another that uses no processor time, unless told otherwise: 25 s, so that 30 s after a failure every
    /// process has ended.
    /// </summary>
    public static readonly TimeSpan StandardTimeout = TimeSpan.FromSeconds(25);

    /// <summary>Ranks that are asked for (--ranks), or null where nothing is said.</summary>
    public int? Ranks { get; init; }

    /// <summary>Torch threads of a process (--threads), divided over its ranks.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How many ranks train together.</summary>
    /// <param name="launch">How the process was started: <see cref="MpiLaunch.Current"/>.</param>
    public int Size(MpiLaunch? launch) => launch?.Size ?? Ranks ?? 1;

    /// <summary>
    /// The torch threads of all ranks together: runs with as many ranks and as many threads round alike, whether ranks are threads or
    /// processes.
    /// </summary>
    /// <param name="launch">How the process was started: <see cref="MpiLaunch.Current"/>.</param>
    public int ThreadsOverAllRanks(MpiLaunch? launch) => Size(launch) * (launch is null ? Math.Max(1, Threads / Size(null)) : Threads);

    /// <summary>How long a rank waits for another that uses no processor time; one that computes, however slowly, is waited for.</summary>
    public TimeSpan Timeout { get; init; } = StandardTimeout;
}
