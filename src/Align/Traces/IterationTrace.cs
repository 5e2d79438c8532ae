using System.Diagnostics.CodeAnalysis;

namespace PPYolo.Align.Traces;

/// <summary>Everything that was recorded of one iteration, in order of execution.</summary>
public sealed class IterationTrace
{
    private readonly OrderedDictionary<TraceKey, TraceEntry> entries = [];

    /// <summary>Creates an empty trace.</summary>
    /// <param name="iteration">Counted from 0.</param>
    public IterationTrace(int iteration) => Iteration = iteration;

    /// <summary>The iteration, counted from 0.</summary>
    public int Iteration { get; }

    /// <summary>Whether elements near kinks were measured: what has no <see cref="TraceEntry.Kinks"/> then has no kink.</summary>
    public bool MeasuresKinks { get; init; }

    /// <summary>Whether there is anything of the iteration itself, beside what the run starts from and ends with.</summary>
    public bool IsTraced => entries.Values.Any(entry => entry.Key.Phase is not (TracePhase.Start or TracePhase.End));

    /// <summary>The entries.</summary>
    public IReadOnlyList<TraceEntry> Entries => entries.Values;

    /// <summary>The entry of a key, or null.</summary>
    public TraceEntry? this[TracePhase phase, string name] => entries.GetValueOrDefault(new(phase, name));

    /// <summary>The entries of a phase.</summary>
    public IEnumerable<TraceEntry> Of(TracePhase phase) => entries.Values.Where(entry => entry.Key.Phase == phase);

    /// <summary>Looks an entry up.</summary>
    public bool TryGet(TraceKey key, [NotNullWhen(true)] out TraceEntry? entry) => entries.TryGetValue(key, out entry);

    /// <summary>Appends an entry.</summary>
    /// <exception cref="AlignException">There is one of that key.</exception>
    public void Add(TraceEntry entry)
    {
        if (!entries.TryAdd(entry.Key, entry))
        {
            throw new AlignException($"iteration {Iteration}: '{entry.Key}' is there twice");
        }
    }

    /// <summary>The same without whole tensors.</summary>
    public IterationTrace WithoutFull()
    {
        var summaries = new IterationTrace(Iteration) { MeasuresKinks = MeasuresKinks };
        foreach (var entry in Entries)
        {
            summaries.Add(entry with { Full = null });
        }

        return summaries;
    }

    /// <summary>The same under another number.</summary>
    /// <param name="iteration">Counted from 0.</param>
    public IterationTrace Numbered(int iteration)
    {
        var renamed = new IterationTrace(iteration) { MeasuresKinks = MeasuresKinks };
        foreach (var entry in Entries)
        {
            renamed.Add(entry);
        }

        return renamed;
    }

    /// <summary>The place of a key in order of execution, or -1.</summary>
    public int IndexOf(TraceKey key) => entries.IndexOf(key);
}
