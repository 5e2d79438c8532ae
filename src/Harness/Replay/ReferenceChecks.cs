using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Measures;
using PPYolo.Harness.Reference;

namespace PPYolo.Harness.Replay;

/// <summary>What is asserted of a record that is taken for a reference, beside the bound on its ends: losses, rates, movement.</summary>
internal static class ReferenceChecks
{
    /// <summary>A tensor that has moved less (sum of squares) says nothing of how it was trained.</summary>
    private const double MovementAbove = 1e-9;

    /// <summary>The checks of losses and rates, in order of execution.</summary>
    public static IEnumerable<Check> OfLosses(IReadOnlyList<IterationComparison> iterations, ReferenceBounds bounds)
    {
        yield return Worst(
            "learning rates",
            "relative",
            bounds.Rates,
            iterations.Select(iteration => (Relative(iteration.Rate, iteration.ExpectedRate), $"iteration {iteration.Iteration}"))
        );
        yield return Worst(
            "losses of iteration 0",
            "relative, each loss",
            bounds.FirstLosses,
            iterations.Take(1).SelectMany(iteration => iteration.Losses).Select(loss => (loss.Relative, loss.Name))
        );
        var last = Math.Min(bounds.LastLoss, iterations.Count - 1);
        if (last > 0)
        {
            yield return Worst(
                $"total loss of iterations 1 to {last}",
                "relative",
                bounds.LaterLosses,
                iterations.Skip(1).Take(last).Select(iteration => (iteration.Losses[^1].Relative, $"iteration {iteration.Iteration}"))
            );
        }
    }

    /// <summary>Each tensor's difference against how far it moved; null where movement means nothing in such a run.</summary>
    public static Check? OfMovement(NamedTensors found, NamedTensors expected, NamedTensors start, ReferenceBounds bounds)
    {
        if (bounds.Movement is not { } fraction)
        {
            return null;
        }

        var moved = expected
            .Where(pair => start.TryGet(pair.Key, out _))
            .Select(pair => (pair.Key, Tensor: pair.Value, Moved: Distance.Squared(pair.Value, start[pair.Key])))
            .Where(tensor => tensor.Moved > MovementAbove)
            .ToList();
        return Worst(
            "difference against movement",
            "of the squared distance moved",
            fraction,
            moved.Select(tensor =>
                (found.TryGet(tensor.Key, out var ours) ? Distance.Squared(ours, tensor.Tensor) / tensor.Moved : double.NaN, tensor.Key)
            )
        ) with
        {
            Note = $"{moved.Count} tensors; {expected.Count - moved.Count} left out that moved less than {MovementAbove:0.0e+0}",
        };
    }

    private static double Relative(double found, double expected) =>
        found == expected ? 0 : Math.Abs(found - expected) / Math.Abs(expected);

    private static Check Worst(string name, string measure, double bound, IEnumerable<(double Difference, string Name)> differences)
    {
        var (largest, where) = (0.0, (string?)null);
        foreach (var (difference, place) in differences)
        {
            if (difference > largest || double.IsNaN(difference))
            {
                (largest, where) = (difference, place);
            }
        }

        return new(name, measure, largest, bound, where);
    }
}
