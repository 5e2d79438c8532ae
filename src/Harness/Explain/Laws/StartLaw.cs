using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;
using PPYolo.Kernels.Operations;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;
using static TorchSharp.torch;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>Start weights: not loaded, scaled, transposed, permuted.</summary>
internal sealed class StartLaw : ILaw
{
    private const double Exact = 1e-5;

    /// <summary>Standard errors by which the mean of random numbers may miss zero.</summary>
    private const double ChanceMean = 4;

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        var differing = comparison.Exceeding.Where(difference => difference.Key.Phase == TracePhase.Start && difference.Rank == 0).ToList();
        var causes = differing.ConvertAll(difference => (Name: difference.Key.Name, Kind: Kind(first, second, difference)));
        foreach (var group in causes.GroupBy(cause => cause.Kind.Cause))
        {
            var names = group.Select(cause => cause.Name).ToList();
            yield return new(
                group.Key.Found(
                    $"{group.Key.Meaning.TrimEnd('.')}: {names[0]}{(names.Count > 1 ? $" and {names.Count - 1} others" : "")}.",
                    group.Min(cause => cause.Kind.Fit),
                    [.. group.Take(3).Select(cause => $"{cause.Name}: {cause.Kind.Evidence}")]
                ),
                group.All(cause => cause.Kind.Act is not null)
                    ? group.Aggregate(Alteration.None, (all, cause) => all.And(cause.Kind.Act!))
                    : null
            );
        }
    }

    private static (CauseKind Cause, string Evidence, double Fit, Alteration? Act) Kind(
        ExplainedRun first,
        ExplainedRun second,
        EntryDifference difference
    )
    {
        var name = difference.Key.Name;
        if (
            difference.Note is not null
            || first.Ranks[0].Find(0, TracePhase.Start, name) is not { } a
            || second.Ranks[0].Find(0, TracePhase.Start, name) is not { } b
        )
        {
            return (CauseCatalogue.WeightsOther, difference.Note ?? "", 1, null);
        }

        var evidence =
            $"relative difference {Numbers.Text(difference.Relative)}, norms {Numbers.Text(a.Summary.L2)} and {Numbers.Text(b.Summary.L2)}";
        var same =
            Numbers.Near(a.Summary.L2, b.Summary.L2, 1e-6)
            && Numbers.Near(a.Summary.Mean, b.Summary.Mean, 1e-4)
            && Numbers.Near(a.Summary.AbsMax, b.Summary.AbsMax, 1e-7);
        if (first.Start is { } start && start.TryGet(name, out var tensor) && Arrangement(tensor, b, same) is { } arrangement)
        {
            var act = WeightFaults.Changed(name, weight => weight.copy_(arrangement.Make(weight.clone())));
            return (arrangement.Kind, $"{evidence}; equals the expected one {arrangement.Name}", 1, act);
        }

        if (same)
        {
            return (
                CauseCatalogue.WeightsPermuted,
                $"{evidence}; mean and largest magnitude are the same, the order is not",
                1 - 1e-4,
                null
            );
        }

        if (IsConstant(b) && !IsConstant(a))
        {
            var value = b.Summary.Mean;
            return (
                CauseCatalogue.WeightsNotLoaded,
                $"{evidence}; every element is {Numbers.Text(value)}",
                1,
                WeightFaults.Changed(name, weight => weight.fill_(Scalars.Of(value)))
            );
        }

        if (Elsewhere(first, second, name, b) is { } other)
        {
            return other;
        }

        var fit = new LinearFit(1);
        fit.Add(b.Summary.Sums, [a.Summary.Sums], 1);
        var most = LooksInitial(b) ? 1 : Finding.Unproven;
        return fit.Solve() is not { } result ? (CauseCatalogue.WeightsNotLoaded, evidence, most, null)
            : result.Residual < 0.01
                ? (
                    CauseCatalogue.WeightsScaled,
                    $"{evidence}; it is {Numbers.Text(result.Coefficients[0])} times the expected one",
                    1 - result.Residual,
                    WeightFaults.Times(name, result.Coefficients[0])
                )
            // What has something in common with the expected one was loaded, and changed since.
            : (
                CauseCatalogue.WeightsNotLoaded,
                $"{evidence}; {Numbers.Text(100 * Math.Min(1, result.Residual))} % of it have nothing in common with the expected one",
                most * Math.Min(1, result.Residual) * Math.Clamp(1 - Math.Abs(result.Coefficients[0]), 0, 1),
                null
            );
    }

    /// <summary>The values of another of the first run's weights; null where no other is like it.</summary>
    private static (CauseKind Cause, string Evidence, double Fit, Alteration? Act)? Elsewhere(
        ExplainedRun first,
        ExplainedRun second,
        string name,
        TraceEntry found
    )
    {
        // Tensors of one value are alike without one having to be the other.
        if (IsConstant(found))
        {
            return null;
        }

        TraceEntry? In(ExplainedRun run, string key) => run.Ranks[0].Find(0, TracePhase.Start, key);
        static bool Same(TraceEntry? a, TraceEntry? b) =>
            a is not null && b is not null && a.Shape.SequenceEqual(b.Shape) && a.Summary.RelativeDistance(b.Summary) < Exact;

        if (first.Iterations[0].Of(TracePhase.Start).FirstOrDefault(entry => Same(entry, found)) is not { } source)
        {
            return null;
        }

        var other = source.Key.Name;
        var evidence = $"it is the expected {other}";
        var act =
            first.Start is { } start && start.TryGet(other, out var values)
                ? WeightFaults.Changed(name, weight => weight.copy_(values.ToTorch()))
                : null;
        return Same(In(second, other), In(first, name))
            ? (CauseCatalogue.WeightsExchanged, evidence, 1, act)
            : (CauseCatalogue.SharedWeight, evidence, Same(In(second, other), source) ? 1 : Finding.Unproven, act);
    }

    private static bool IsConstant(TraceEntry entry) => Numbers.Near(entry.Summary.AbsMax, Math.Abs(entry.Summary.Mean), 1e-6);

    /// <summary>Whether a tensor can be what a layer begins with: one value, or numbers of both signs that have a mean of zero.</summary>
    private static bool LooksInitial(TraceEntry entry)
    {
        var summary = entry.Summary;
        return IsConstant(entry) || Math.Abs(summary.Mean) < ChanceMean * summary.L2 / entry.Shape.Aggregate(1L, (all, size) => all * size);
    }

    /// <summary>Which known rearrangement of the expected tensor the second run's is, or null.</summary>
    /// <param name="expected">The expected tensor.</param>
    /// <param name="found">What the second run has.</param>
    /// <param name="same">Whether it seems to have the same values, so that many orders are worth trying.</param>
    private static (CauseKind Kind, string Name, Func<Tensor, Tensor> Make)? Arrangement(TensorData expected, TraceEntry found, bool same)
    {
        if (!NativeLibraries.HasTorch)
        {
            return null;
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var tensor = expected.ToTorch();
        var rank = tensor.shape.Length;
        var candidates = new List<(CauseKind Kind, string Name, Func<Tensor, Tensor> Make)>();
        if (rank >= 2 && tensor.shape[0] == tensor.shape[1])
        {
            candidates.Add((CauseCatalogue.WeightsTransposed, "with its first two dimensions exchanged", weight => weight.transpose(0, 1)));
        }

        if (rank == 4 && tensor.shape[2] == tensor.shape[3])
        {
            candidates.Add(
                (CauseCatalogue.WeightsTransposed, "with rows and columns of its kernel exchanged", weight => weight.transpose(2, 3))
            );
            candidates.Add((CauseCatalogue.WeightsFlipped, "turned by 180 degrees", weight => weight.flip(2, 3)));
        }

        for (var dimension = 0; dimension < Math.Min(rank, 2); dimension++)
        {
            var along = dimension;
            candidates.Add(
                (
                    CauseCatalogue.WeightsPermuted,
                    $"with its {(along == 0 ? "output" : "input")} channels reversed",
                    weight => weight.flip(along)
                )
            );
            candidates.Add(
                (
                    CauseCatalogue.WeightsPermuted,
                    $"with the halves of its {(along == 0 ? "output" : "input")} channels exchanged",
                    weight => weight.roll(weight.shape[along] / 2, along)
                )
            );
        }

        if (same)
        {
            candidates.AddRange(Axes(rank).Select(order => (CauseCatalogue.WeightsTransposed, Title(order), Read(order))));
        }

        var at = candidates.FindIndex(candidate => TensorElements.Summary(candidate.Make(tensor)).RelativeDistance(found.Summary) < Exact);
        return at < 0 ? null : candidates[at];
    }

    /// <summary>A tensor whose axes were written in another order, as TensorFlow's kernels have them, and read without care.</summary>
    private static Func<Tensor, Tensor> Read(long[] order) => weight => weight.permute(order).reshape(weight.shape);

    private static string Title(long[] order) =>
        $"with its axes in the order {string.Join(", ", order)}, read as if they were in their own";

    /// <summary>Every order of axes but their own.</summary>
    private static IEnumerable<long[]> Axes(int rank) =>
        Enumerable
            .Range(0, rank)
            .Aggregate(
                (IEnumerable<long[]>)
                    [
                        [],
                    ],
                (orders, _) =>
                    orders.SelectMany(order =>
                        Enumerable.Range(0, rank).Select(axis => (long)axis).Except(order).Select(axis => (long[])[.. order, axis])
                    )
            )
            .Skip(1);
}
