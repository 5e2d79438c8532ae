using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// The sum of gradients over ranks: every rank's own, its share, and whether all tensors are summed alike. Judged on each side's own
/// gradients of iteration 0.
/// </summary>
internal sealed class ReductionLaw : ILaw
{
    private const double Exact = 1e-3;

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison) =>
        Reduction(first, second) is { } finding ? [finding] : [];

    /// <summary>Gradients over all ranks from each rank's own: every one counts as much as its share of the images.</summary>
    private static Finding? Reduction(ExplainedRun first, ExplainedRun second)
    {
        var ranks = second.Ranks.Count;
        if (ranks == 1)
        {
            return null;
        }

        if (Shares(second) is not { } found)
        {
            return Bucket(second);
        }

        var right = (first.Ranks.Count == ranks ? Shares(first) : null) ?? [.. Enumerable.Repeat(1.0 / ranks, ranks)];
        if (found.Zip(right).All(pair => Math.Abs(pair.First - pair.Second) < Exact))
        {
            return null;
        }

        string[] evidence = [$"gradients over all ranks are each rank's own times {Numbers.Text(found)}; expected {Numbers.Text(right)}"];
        var lost = Enumerable.Range(0, ranks).Where(rank => Math.Abs(found[rank]) < Exact).ToList();
        var cause =
            lost.Count > 0 && lost.Count < ranks
                ? CauseCatalogue.RankMissing.Found(
                    $"The gradient of rank {string.Join(", ", lost)} is missing from the average.",
                    1 - Exact,
                    evidence
                )
            : found.Zip(right).All(pair => Numbers.Near(pair.First, ranks * pair.Second))
                ? CauseCatalogue.GradientsSummedOverRanks.Found(1 - Exact, evidence)
            : CauseCatalogue.ReductionOther.Found(1 - Exact, evidence);
        return new(cause, RankFaults.GradientsWeighed([.. found.Zip(right, (share, should) => share / should)]));
    }

    /// <summary>Some tensors are summed or left as they are, and all others averaged.</summary>
    private static Finding? Bucket(ExplainedRun run)
    {
        HashSet<string> summed = new(StringComparer.Ordinal),
            unreduced = new(StringComparer.Ordinal);
        var (averaged, all) = (0, 0);
        foreach (var entry in run.Iterations[0].Of(TracePhase.Reduction))
        {
            var own = run.Ranks.Select(rank => rank.Find(0, TracePhase.Gradient, entry.Key.Name)?.Summary.Sums).ToList();
            if (own.Contains(null))
            {
                continue;
            }

            all++;
            var sum = own.Aggregate(new double[entry.Summary.Sums.Length], (total, sums) => [.. total.Zip(sums!, (x, y) => x + y)]);
            var factor = Factor(entry, sum);
            if (Numbers.Near(factor, 1, Exact))
            {
                summed.Add(entry.Key.Name);
            }
            else if (Numbers.Near(factor, 1.0 / run.Ranks.Count, Exact))
            {
                averaged++;
            }
            else if (Numbers.Near(Factor(entry, own[0]!), 1, Exact))
            {
                unreduced.Add(entry.Key.Name);
            }
        }

        if (averaged == 0 || summed.Count + unreduced.Count == 0)
        {
            return null;
        }

        return summed.Count >= unreduced.Count
            ? new(
                CauseCatalogue.BucketSummed.Found(
                    (summed.Count + averaged) / (double)all,
                    [$"{summed.Count} gradients are the sum over ranks, such as {summed.First()}, and {averaged} their average"]
                ),
                RankFaults.SomeSummed(summed)
            )
            : new(
                CauseCatalogue.BucketNotReduced.Found(
                    (unreduced.Count + averaged) / (double)all,
                    [$"{unreduced.Count} gradients are rank 0's own, such as {unreduced.First()}, and {averaged} the average over ranks"]
                ),
                RankFaults.SomeNotReduced(unreduced)
            );
    }

    /// <summary>What multiple of another a tensor is; NaN where it is none.</summary>
    private static double Factor(TraceEntry entry, double[] other)
    {
        var fit = new LinearFit(1);
        fit.Add(entry.Summary.Sums, [other], 1 / Math.Max(1e-30, entry.Summary.L2));
        return fit.Solve() is { Residual: < Exact } result ? result.Coefficients[0] : double.NaN;
    }

    private static double[]? Shares(ExplainedRun run)
    {
        var fit = new LinearFit(run.Ranks.Count);
        foreach (var entry in run.Iterations[0].Of(TracePhase.Reduction))
        {
            var own = run.Ranks.Select(rank => rank.Find(0, TracePhase.Gradient, entry.Key.Name)?.Summary.Sums).ToList();
            if (!own.Contains(null))
            {
                fit.Add(entry.Summary.Sums, own.ToArray()!, 1 / Math.Max(1e-30, entry.Summary.L2));
            }
        }

        return fit.Solve() is { Residual: < Exact } result ? result.Coefficients : null;
    }
}
