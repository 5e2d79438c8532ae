namespace PPYolo.Align.Traces;

/// <summary>What was recorded of a run, on one rank.</summary>
/// <param name="Rank">Whose.</param>
/// <param name="Iterations">Each iteration, from 0 on; one that was not traced has no entries.</param>
public sealed record RunTrace(int Rank, IReadOnlyList<IterationTrace> Iterations)
{
    /// <summary>
    /// What all ranks together were fed in each iteration, joined in rank order; null where it is not known, or where the run has one rank
    /// alone.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<TraceEntry>>? JoinedBatches { get; init; }

    /// <summary>The modules that were watched; null is every module. Of others nothing is known.</summary>
    public IReadOnlySet<string>? Modules { get; init; }

    /// <summary>The modules of whose outputs there are gradients; null is all <see cref="Modules"/>.</summary>
    public IReadOnlySet<string>? Gradients { get; init; }

    /// <summary>
    /// The names that it has anywhere, where it is known to have others than the run that it is compared with: nothing is known of a name
    /// that it has nowhere. Null is any name.
    /// </summary>
    public IReadOnlySet<string>? Names { get; init; }

    /// <summary>Whether an entry that is not there would be, had it been computed.</summary>
    internal bool Watches(TraceKey key) =>
        Names?.Contains(key.Name) != false
        && (
            key.Phase switch
            {
                TracePhase.Forward => Modules,
                TracePhase.Backward => Gradients ?? Modules,
                _ => null,
            }
                is not { } names
            || names.Contains(key.Name)
        );

    /// <summary>The entry of an iteration, or null.</summary>
    public TraceEntry? Find(int iteration, TracePhase phase, string name) =>
        iteration >= 0 && iteration < Iterations.Count ? Iterations[iteration][phase, name] : null;
}
