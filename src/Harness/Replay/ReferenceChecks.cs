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
        var first = new Differences(inOrder: true);
        foreach (var loss in iterations[0].Losses)
        {
            first.See(loss.Relative, bounds.FirstLosses, loss.Name);
        }

        yield return first.ToCheck("losses of iteration 0", "relative, each loss");
        var rates = new Differences(inOrder: true);
        foreach (var iteration in iterations)
        {
            rates.See(Relative(iteration.Rate, iteration.ExpectedRate), bounds.Rates, $"iteration {iteration.Iteration}");
        }

        yield return rates.ToCheck("learning rates", "relative");
        var last = Math.Min(bounds.LastLoss, iterations.Count - 1);
        if (last > 0)
        {
            var later = new Differences(inOrder: true);
            foreach (var iteration in iterations.Skip(1).Take(last))
            {
                later.See(iteration.Losses[^1].Relative, bounds.LaterLosses, $"iteration {iteration.Iteration}");
            }

            yield return later.ToCheck($"total loss of iterations 1 to {last}", "relative");
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
        var each = new Differences(inOrder: false);
        foreach (var tensor in moved)
        {
            each.See(
                found.TryGet(tensor.Key, out var ours) ? Distance.Squared(ours, tensor.Tensor) / tensor.Moved : double.NaN,
                fraction,
                tensor.Key
            );
        }

        return each.ToCheck(
            "difference against movement",
            "of the squared distance moved",
            $"{moved.Count} tensors; {expected.Count - moved.Count} left out that moved less than {MovementAbove:0.0e+0}"
        );
    }

    private static double Relative(double found, double expected) =>
        found == expected ? 0 : Math.Abs(found - expected) / Math.Abs(expected);
}
