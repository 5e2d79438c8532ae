using PPYolo.Align.Verdicts;

namespace PPYolo.Align.Comparison;

/// <summary>
/// Two sets of tensors, compared. Every name of either set is in exactly one of the lists <see cref="Within"/>, <see cref="Diverged"/> and
/// <see cref="Counters"/>.
/// </summary>
/// <param name="Bound">The largest sum of squared differences that passes.</param>
/// <param name="Tensors">Every tensor but the counters of batches, in the order of the first set; those that only the second has
/// follow.</param>
/// <param name="Counters">The counters of batches (num_batches_tracked), in the same order.</param>
public sealed record SetComparison(double Bound, IReadOnlyList<TensorComparison> Tensors, IReadOnlyList<TensorComparison> Counters)
{
    /// <summary>Whether everything passes. A comparison of nothing does not.</summary>
    public bool Aligned =>
        Tensors.Count + Counters.Count > 0 && Tensors.All(tensor => tensor.Aligned) && Counters.All(counter => counter.Aligned);

    /// <summary>Whether every tensor has the same bits on both sides.</summary>
    public bool BitwiseEqual => Aligned && Tensors.Concat(Counters).All(tensor => tensor.Metrics is { BitwiseEqual: true });

    /// <summary>The tensors that pass, largest difference first: the seed's list "at or below the bound".</summary>
    public IEnumerable<TensorComparison> Within => WorstFirst(Tensors.Where(tensor => tensor.Aligned));

    /// <summary>The tensors that do not, worst first: the seed's list "above the bound", with all that cannot be compared.</summary>
    public IEnumerable<TensorComparison> Diverged => WorstFirst(Tensors.Where(tensor => !tensor.Aligned));

    /// <summary>The counters that are not equal on both sides.</summary>
    public IEnumerable<TensorComparison> DivergedCounters => WorstFirst(Counters.Where(counter => !counter.Aligned));

    /// <summary>Whether counters of batches are 0 on one side and not on the other: they were reset there, which says nothing.</summary>
    public bool CountersWereReset => Counters.Any(counter => counter.Aligned && counter.Metrics is { BitwiseEqual: false });

    /// <summary>
    /// The number that the first set must be multiplied by to become the second, where one does for nearly all tensors; else null. Such a
    /// factor is no training: one of the two was scaled as a whole.
    /// </summary>
    public double? UniformFactor => Comparison.UniformFactor.Of(Tensors);

    /// <summary>
    /// Tensors that pass though something speaks against it (<see cref="TensorComparison.Contradiction"/>), worst first: the bound is
    /// absolute, and what is small or hardly moves passes it whatever was done to it. They are a reason to look, not a divergence: a tensor
    /// can hardly move because its gradient is mostly noise.
    /// </summary>
    public IEnumerable<TensorComparison> Suspicious =>
        Tensors
            .Where(tensor => tensor.Contradiction is not null)
            .OrderByDescending(tensor => tensor.Movement?.Ratio ?? tensor.Metrics!.RelativeL2);

    /// <summary>
    /// The comparison as one check of a <see cref="Verdict"/>: the largest sum of squared differences, NaN where anything diverges for
    /// another reason.
    /// </summary>
    /// <param name="name">What was compared, such as "weights after iteration 9".</param>
    public Check ToCheck(string name)
    {
        var worst = Diverged.Concat(DivergedCounters).Concat(Within).FirstOrDefault();
        var measured = worst is null || worst.Outcome > TensorOutcome.AboveBound ? double.NaN : worst.Metrics!.SumOfSquares;
        return new(name, "sum of squares", measured, Bound, worst?.Name)
        {
            Note =
                worst is null ? "there were no tensors"
                : worst.Outcome > TensorOutcome.AboveBound ? worst.Outcome.Words()
                : null,
        };
    }

    /// <summary>The tensors as findings of a <see cref="Verdict"/>.</summary>
    /// <param name="kind">Which of a run's tensors they are: weights, EMA, gradient.</param>
    public IEnumerable<TensorFinding> ToFindings(string kind) =>
        Diverged
            .Concat(DivergedCounters)
            .Concat(Within)
            .Select(tensor => new TensorFinding(
                kind,
                tensor.Name,
                tensor.Outcome > TensorOutcome.AboveBound ? double.NaN : tensor.Metrics!.SumOfSquares,
                Bound,
                tensor.Movement?.First
            ));

    private static IOrderedEnumerable<TensorComparison> WorstFirst(IEnumerable<TensorComparison> tensors) =>
        tensors.OrderByDescending(tensor => tensor.Outcome).ThenByDescending(tensor => tensor.Metrics?.SumOfSquares ?? 0);
}
