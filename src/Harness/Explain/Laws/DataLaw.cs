using PPYolo.Align.Explanations;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;
using static TorchSharp.torch;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>What was fed: another batch, another order, other channels or normalization, other targets.</summary>
internal sealed class DataLaw : ILaw
{
    private const double Exact = 1e-5;
    private const string Image = "image";

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        var differing = comparison.Exceeding.Where(difference => difference.Key.Phase == TracePhase.Data).ToList();
        if (differing.Count == 0)
        {
            return [];
        }

        if (differing[0] is { } foreign && !ForeignBatch.IsDetectors(foreign.Key.Name))
        {
            return [ForeignBatch.Examine(first, second, foreign)];
        }

        if (first.Ranks.Count != second.Ranks.Count)
        {
            // Only the batches of all ranks together are compared: whose part differs is not known.
            var at = differing[0];
            return
            [
                (at.Key.Name == Image ? CauseCatalogue.BatchOther : CauseCatalogue.TargetsOther).Found(
                    Cause.LeastLikely,
                    [
                        $"{at.Key.Name} of iteration {at.Iteration} over all ranks is not the expected one ("
                            + $"{at.Note ?? $"relative difference {Numbers.Text(at.Relative)}"})",
                    ]
                ),
            ];
        }

        var image = differing.Find(difference => difference.Key.Name == Image);
        var finding = image is null
            ? Targets(first, second, differing)
            : Images(
                first,
                second,
                image,
                [
                    .. differing
                        .Where(other => (other.Iteration, other.Rank) == (image.Iteration, image.Rank))
                        .Select(difference => difference.Key.Name),
                ]
            );
        return finding is null ? [] : [finding];
    }

    private static Finding? Images(ExplainedRun first, ExplainedRun second, EntryDifference difference, HashSet<string> differing)
    {
        var where =
            $"the images of iteration {difference.Iteration}{(second.Ranks.Count > 1 ? $", rank {difference.Rank}," : "")} are not the "
            + $"expected ones ({difference.Note ?? $"relative difference {Numbers.Text(difference.Relative)}"})";
        var found = second.Ranks[difference.Rank].Find(difference.Iteration, TracePhase.Data, Image);
        if (found is null)
        {
            return CauseCatalogue.BatchOther.Found(Cause.LeastLikely, [where]);
        }

        foreach (
            var (rank, iteration) in from rank in Enumerable.Range(0, first.Ranks.Count)
            from iteration in Enumerable.Range(0, first.Iterations.Count)
            select (rank, iteration)
        )
        {
            if (
                first.Ranks[rank].Find(iteration, TracePhase.Data, Image) is { } other
                && other.Summary.RelativeDistance(found.Summary) < Exact
            )
            {
                if (rank == difference.Rank && differing.Count == 1 && second.Ranks.Count == 1)
                {
                    // Their boxes are those that they should have.
                    return new(
                        CauseCatalogue.BatchOrder.Found(1, [where, $"they are those of iteration {iteration}, and their boxes are not"]),
                        BatchFaults.ImagesOf(difference.Iteration, iteration)
                    );
                }

                return rank == difference.Rank
                    ? new(CauseCatalogue.BatchOrder.Found(1, [where, $"they are those of iteration {iteration}"]), Order(first, second))
                    : new(
                        CauseCatalogue.RankOrder.Found(1, [where, $"they are those of rank {rank}, iteration {iteration}"]),
                        first.Ranks.Count == 2 ? RankFaults.BatchesOfEachOther() : null
                    );
            }
        }

        if (BatchChange.Find(first, second, difference) is { } change)
        {
            return new(
                change.Cause.Found(1, [where, $"the batch equals the expected one {change.Description}"]),
                Alteration.OfBatch(change.Apply)
            );
        }

        if (first.Batches is { } batches && NativeLibraries.HasTorch)
        {
            using var noGrad = no_grad();
            using var scope = NewDisposeScope();
            var expected = batches(difference.Rank).At(difference.Iteration).Images.ToTorch();
            for (var shift = 1; shift < expected.shape[0]; shift++)
            {
                if (Same(expected.roll(shift, 0)))
                {
                    return Reordered($"they equal the expected ones shifted by {shift}", values => values.roll(shift, 0));
                }
            }

            if (Same(expected.flip(0)))
            {
                return Reordered("they equal the expected ones in reverse", values => values.flip(0));
            }

            if (Affine(expected, found) is { } affine)
            {
                return affine with { Cause = affine.Cause with { Evidence = [where, .. affine.Cause.Evidence] } };
            }
        }

        // Another batch has other boxes too. Where those are the same, these images were prepared in a way that nothing here tells.
        return differing.Count > 1
            ? (Finding)
                CauseCatalogue.BatchOther.Found(
                    Cause.LeastLikely,
                    [where, "no other batch of the first run, and no change of channels, order or normalization, gives these images"]
                )
            : null;

        // Where targets are as expected, images alone were reordered.
        Finding Reordered(string evidence, Func<Tensor, Tensor> change) =>
            new(
                CauseCatalogue.ImageOrder.Found(1, [where, evidence]),
                Alteration.OfBatch(batch =>
                    BatchFaults.Changed(batch, (name, values) => name == Image || differing.Contains(name) ? change(values) : values)
                )
            );

        bool Same(Tensor candidate) =>
            candidate.shape.SequenceEqual(found.Shape) && TensorElements.Summary(candidate).RelativeDistance(found.Summary) < Exact;
    }

    /// <summary>The first run with the second's order of batches; null where a batch of rank 0 is none of the first's.</summary>
    private static Alteration? Order(ExplainedRun first, ExplainedRun second)
    {
        int Of(int iteration) =>
            second.Ranks[0].Find(iteration, TracePhase.Data, Image) is { } found
                ? Enumerable
                    .Range(0, first.Iterations.Count)
                    .FirstOrDefault(
                        at =>
                            first.Ranks[0].Find(at, TracePhase.Data, Image) is { } other
                            && other.Summary.RelativeDistance(found.Summary) < Exact,
                        -1
                    )
                : -1;
        int[] order = [.. Enumerable.Range(0, second.Iterations.Count).Select(Of)];
        return order.Contains(-1) ? null : BatchFaults.Reordered(iteration => order[Math.Min(iteration, order.Length - 1)]);
    }

    /// <summary>Each channel scaled and shifted.</summary>
    private static Finding? Affine(Tensor expected, TraceEntry found)
    {
        if (!expected.shape.SequenceEqual(found.Shape))
        {
            return null;
        }

        var basis = new List<double[]>();
        foreach (var source in new[] { expected, ones_like(expected) })
        {
            for (var channel = 0; channel < expected.shape[1]; channel++)
            {
                var part = zeros_like(expected);
                part.select(1, channel).copy_(source.select(1, channel));
                basis.Add(TensorElements.Summary(part).Sums);
            }
        }

        var fit = new LinearFit(basis.Count);
        fit.Add(found.Summary.Sums, basis.ToArray(), 1);
        var channels = (int)expected.shape[1];
        return fit.Solve() is { Residual: < 1e-4 } result
            ? new Finding(
                CauseCatalogue.Normalization.Found(
                    1 - result.Residual,
                    [
                        $"each channel is the expected one times {Numbers.Text(result.Coefficients.Take(channels))} plus "
                            + $"{Numbers.Text(result.Coefficients.Skip(channels))}, residual {Numbers.Text(result.Residual)}",
                    ]
                ),
                Alteration.OfBatch(batch =>
                    BatchFaults.Normalized(batch, [.. result.Coefficients.Take(channels)], [.. result.Coefficients.Skip(channels)])
                )
            )
            : null;
    }

    private static Finding Targets(ExplainedRun first, ExplainedRun second, List<EntryDifference> differing)
    {
        var at = differing[0];
        var names = string.Join(
            ", ",
            differing
                .Where(difference => difference.Iteration == at.Iteration)
                .Select(difference => difference.Key.Name)
                .Distinct(StringComparer.Ordinal)
        );
        var where = $"images are the same, {names} of iteration {at.Iteration} are not (relative difference {Numbers.Text(at.Relative)})";
        return BatchChange.Find(first, second, at) is { } change
            ? new Finding(
                change.Cause.Found(1, [where, $"the batch equals the expected one {change.Description}"]),
                Alteration.OfBatch(change.Apply)
            )
            : (Finding)CauseCatalogue.TargetsOther.Found(Cause.LeastLikely, [where]);
    }
}
