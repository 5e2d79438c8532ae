using PPYolo.Align.Explanations;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Train.Tracing;
using static TorchSharp.torch;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>What was fed: another batch, another order, other channels or normalization, other targets.</summary>
internal sealed class DataLaw : ILaw
{
    private const double Exact = 1e-5;
    private const string Image = "image";

    /// <inheritdoc />
    public IEnumerable<Cause> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        var differing = comparison.Exceeding.Where(difference => difference.Key.Phase == TracePhase.Data).ToList();
        if (differing.Count == 0)
        {
            return [];
        }

        if (first.Ranks.Count != second.Ranks.Count)
        {
            // Only the batches of all ranks together are compared: whose part differs is not known.
            var at = differing[0];
            return
            [
                (at.Key.Name == Image ? CauseCatalogue.BatchOther : CauseCatalogue.TargetsOther).Found(
                    0.8,
                    [
                        $"{at.Key.Name} of iteration {at.Iteration} over all ranks is not the expected one ("
                            + $"{at.Note ?? $"relative difference {Numbers.Text(at.Relative)}"})",
                    ]
                ),
            ];
        }

        var image = differing.Find(difference => difference.Key.Name == Image);
        return [image is null ? Targets(first, second, differing) : Images(first, second, image)];
    }

    private static Cause Images(ExplainedRun first, ExplainedRun second, EntryDifference difference)
    {
        var where =
            $"the images of iteration {difference.Iteration}{(second.Ranks.Count > 1 ? $", rank {difference.Rank}," : "")} are not the "
            + $"expected ones ({difference.Note ?? $"relative difference {Numbers.Text(difference.Relative)}"})";
        var found = second.Ranks[difference.Rank].Find(difference.Iteration, TracePhase.Data, Image);
        if (found is null)
        {
            return CauseCatalogue.BatchOther.Found(0.6, [where]);
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
                return rank == difference.Rank
                    ? CauseCatalogue.BatchOrder.Found(0.98, [where, $"they are those of iteration {iteration}"])
                    : CauseCatalogue.RankOrder.Found(0.98, [where, $"they are those of rank {rank}, iteration {iteration}"]);
            }
        }

        if (BatchChange.Find(first, second, difference) is { } change)
        {
            return change.Cause.Found(0.99, [where, $"the batch equals the expected one {change.Description}"]);
        }

        if (first.Batches is { } batches)
        {
            using var noGrad = no_grad();
            using var scope = NewDisposeScope();
            var expected = batches(difference.Rank).At(difference.Iteration).Images.ToTorch();
            for (var shift = 1; shift < expected.shape[0]; shift++)
            {
                if (Same(expected.roll(shift, 0)))
                {
                    return CauseCatalogue.ImageOrder.Found(0.97, [where, $"they equal the expected ones shifted by {shift}"]);
                }
            }

            if (Same(expected.flip(0)))
            {
                return CauseCatalogue.ImageOrder.Found(0.97, [where, "they equal the expected ones in reverse"]);
            }

            if (Affine(expected, found) is { } affine)
            {
                return affine with { Evidence = [where, .. affine.Evidence] };
            }
        }

        return CauseCatalogue.BatchOther.Found(
            0.9,
            [where, "no other batch of the first run, and no change of channels, order or normalization, gives these images"]
        );

        bool Same(Tensor candidate) =>
            candidate.shape.SequenceEqual(found.Shape) && TensorElements.Summary(candidate).RelativeDistance(found.Summary) < Exact;
    }

    /// <summary>Each channel scaled and shifted.</summary>
    private static Cause? Affine(Tensor expected, TraceEntry found)
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
            ? CauseCatalogue.Normalization.Found(
                0.98,
                [
                    $"each channel is the expected one times {Numbers.Text(result.Coefficients.Take(channels))} plus "
                        + $"{Numbers.Text(result.Coefficients.Skip(channels))}, residual {Numbers.Text(result.Residual)}",
                ]
            )
            : null;
    }

    private static Cause Targets(ExplainedRun first, ExplainedRun second, List<EntryDifference> differing)
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
            ? change.Cause.Found(0.98, [where, $"the batch equals the expected one {change.Description}"])
            : CauseCatalogue.TargetsOther.Found(0.8, [where]);
    }
}
