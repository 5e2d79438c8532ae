using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Records;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;

namespace PPYolo.Train.Capsules;

/// <summary>
/// Keeps the last iterations of a run in memory, for all ranks of this process, and writes them into a capsule when something happens. It
/// looks and does not change: a run with it is the run without it, bit by bit.
/// </summary>
internal sealed class BlackBox : IDisposable
{
    /// <summary>The folder of capsules in a run's folder.</summary>
    public const string FolderName = "capsules";

    /// <summary>Who makes this file in a run's folder asks for a capsule.</summary>
    public const string RequestName = "capsule.request";

    /// <summary>The most iterations that can be kept: about a megabyte each.</summary>
    public const int MostIterations = 1000;

    /// <summary>The most capsules in a run's folder.</summary>
    public const int Most = 20;

    /// <summary>The most of them that a run writes because something jumped.</summary>
    public const int MostJumps = 5;

    private readonly BlackBoxOptions options;
    private readonly Lock guard = new();
    private readonly List<BoxedIteration>[] windows;
    private readonly IDisposable onInterrupt;
    private IReadOnlyDictionary<string, string> environment = new Dictionary<string, string>(StringComparer.Ordinal);
    private IReadOnlyCollection<string> modules = [];
    private int requestedFor = -1;
    private int ended;

    /// <summary>Begins with nothing.</summary>
    /// <param name="options">What is kept.</param>
    /// <param name="ranks">How many ranks train in this process.</param>
    public BlackBox(BlackBoxOptions options, int ranks)
    {
        this.options = options;
        windows = [.. Enumerable.Range(0, ranks).Select(_ => new List<BoxedIteration>())];
        RemoveLeftovers();
        // Whoever ends the program says what there is: the console may be another thread's.
        onInterrupt = Interruption.On(() => LastCapsule = TryWrite(CapsuleReason.Signal, "a signal ended the program", _ => { }));
    }

    /// <summary>The last capsule that was written, or null.</summary>
    public string? LastCapsule { get; private set; }

    /// <summary>The images that had too many objects, on all ranks.</summary>
    internal Crowds Crowds { get; } = new();

    /// <summary>How many iterations are kept.</summary>
    public int Iterations => options.Iterations;

    private string Folder => Path.Combine(options.Folder, FolderName);

    private int BatchesKept => windows.Length > 1 ? 2 : 1;

    private string Request => Path.Combine(options.Folder, RequestName);

    /// <summary>Watches a rank's step until the result is disposed.</summary>
    public RankBox Watch(IRanks ranks, TrainStep step)
    {
        if (ranks.Rank == 0)
        {
            // On the rank's own thread, which knows how many threads it computes on.
            environment = TraceEnvironment.Here(CardSettings.Current);
        }

        return new(this, ranks, step);
    }

    /// <summary>No more capsules.</summary>
    public void Dispose() => onInterrupt.Dispose();

    /// <summary>Keeps an iteration, and lets go of the first one that is too many.</summary>
    internal void Add(int rank, BoxedIteration boxed, IReadOnlyCollection<string> watched)
    {
        lock (guard)
        {
            var window = windows[rank];
            window.Add(boxed);
            // Where there are others, a capsule may end with the iteration before.
            if (window.Count > BatchesKept)
            {
                window[^(BatchesKept + 1)] = window[^(BatchesKept + 1)] with { Batch = null };
            }

            if (window.Count > options.Iterations)
            {
                window.RemoveAt(0);
            }

            modules = watched;
        }
    }

    /// <summary>
    /// Whether a capsule is asked for at the end of an iteration. Rank 0 looks, for the next iteration where there are others: they
    /// cannot end that one before rank 0 has come to it.
    /// </summary>
    internal bool IsRequested(IRanks ranks, int iteration)
    {
        if (ranks.Rank == 0 && Volatile.Read(ref requestedFor) < iteration && File.Exists(Request))
        {
            Volatile.Write(ref requestedFor, iteration + (ranks.Size > 1 ? 1 : 0));
        }

        return Volatile.Read(ref requestedFor) == iteration;
    }

    /// <summary>Somebody got what he asked for.</summary>
    internal void Answered()
    {
        try
        {
            File.Delete(Request);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            options.Say($"{Request}: cannot be removed ({error.Message.TrimEnd('.')}): remove it, or another capsule follows");
        }
    }

    /// <summary>Whether nobody has written the capsule of the run's end yet.</summary>
    internal bool TakesTheEnd() => Interlocked.Exchange(ref ended, 1) == 0;

    /// <summary>Writes what is kept. Where that fails, a line says so, and training goes on.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="found">The same in a sentence.</param>
    /// <param name="until">The last iteration that goes into it; the last one that all ranks have unless given.</param>
    /// <returns>The capsule, or null.</returns>
    internal string? Write(CapsuleReason reason, string found, int until = int.MaxValue) =>
        TryWrite(reason, found, options.Say, until) is { } folder ? LastCapsule = folder : null;

    private string? TryWrite(CapsuleReason reason, string found, Action<string> say, int until = int.MaxValue)
    {
        var ranks = Kept(until);
        if (ranks[0].Count == 0)
        {
            return null;
        }

        var last = ranks[0][^1].Trace.Iteration;
        try
        {
            var folder = NewFolder(last, reason);
            CapsuleWriter.Write(
                folder,
                new()
                {
                    Reason = reason,
                    Found = found,
                    Options = options.Options,
                    Seed = options.Seed,
                    Run = options.Run,
                    Ranks = ranks,
                    Source = Source(ranks[0][0].Trace.Iteration, last),
                    Environment = environment,
                    Modules = modules,
                }
            );
            say($"iteration {last}: {found}; {folder} has the last {ranks[0].Count} iterations: ppyolo explain {folder}");
            return folder;
        }
        catch (Exception error) when (error is AlignException or IOException or UnauthorizedAccessException)
        {
            say($"iteration {last}: {found}; no capsule of it: {error.Message}");
            return null;
        }
    }

    /// <summary>What all ranks have: one that failed may be an iteration behind.</summary>
    private List<IReadOnlyList<BoxedIteration>> Kept(int until)
    {
        lock (guard)
        {
            var first = windows.Max(window => window.Count == 0 ? int.MaxValue : window[0].Trace.Iteration);
            var last = Math.Min(
                until < first ? int.MaxValue : until,
                windows.Min(window => window.Count == 0 ? -1 : window[^1].Trace.Iteration)
            );
            return
            [
                .. windows.Select(window =>
                    (IReadOnlyList<BoxedIteration>)
                        [.. window.Where(boxed => boxed.Trace.Iteration >= first && boxed.Trace.Iteration <= last)]
                ),
            ];
        }
    }

    /// <summary>The last state before the first iteration; where none is left, the first one after it.</summary>
    private CapsuleSource Source(int first, int last)
    {
        var sources = options.Sources().Where(source => source.Iteration <= last).OrderBy(source => source.Iteration).ToList();
        return sources.LastOrDefault(source => source.Iteration <= first)
            ?? sources.FirstOrDefault()
            ?? throw new AlignException($"{options.Folder}: there is no checkpoint from which it could be trained again");
    }

    private string NewFolder(int iteration, CapsuleReason reason)
    {
        if (Directory.Exists(Folder) && Directory.GetDirectories(Folder).Length >= Most)
        {
            throw new AlignException($"{Folder}: holds {Most} capsules, and has no more; remove those that nobody needs");
        }

        var words = string.Concat(reason.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{c}" : $"{c}")).ToLowerInvariant();
        var name = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"iteration{iteration:D6}-{words}"));
        return Enumerable
            .Range(1, Most + 1)
            .Select(number => number == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"))
            .First(path => !Directory.Exists(path) && !File.Exists(path));
    }

    /// <summary>Removes what a run that was killed was writing.</summary>
    private void RemoveLeftovers()
    {
        if (Directory.Exists(Folder))
        {
            foreach (var left in Directory.GetDirectories(Folder, "*" + CapsuleWriter.UnfinishedExtension))
            {
                Directory.Delete(left, recursive: true);
            }
        }
    }
}
