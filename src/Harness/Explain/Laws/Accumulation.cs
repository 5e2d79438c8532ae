using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>Gradients that are not cleared between iterations: all of them, or those of some parameters.</summary>
internal static class Accumulation
{
    /// <summary>Gradients of iteration 1 hold those of iteration 0 too.</summary>
    public static Finding? OfAll(ExplainedRun first, ExplainedRun second)
    {
        if (first.Iterations.Count < 2 || second.Iterations.Count < 2)
        {
            return null;
        }

        var fit = new LinearFit(1);
        foreach (var entry in second.Iterations[1].Of(TracePhase.Gradient))
        {
            if (
                first.Sums(1, TracePhase.Gradient, entry.Key.Name) is { } expected
                && second.Sums(0, TracePhase.Gradient, entry.Key.Name) is { } before
                && first.Sums(0, TracePhase.Gradient, entry.Key.Name) is { } common
                && entry.Summary.Sums.Zip(expected, (x, y) => x - y).ToArray() is var difference
            )
            {
                fit.Add(difference, [before], 1 / Math.Max(1e-30, Math.Sqrt(common.Sum(x => x * x))));
            }
        }

        return fit.Solve() is { Residual: < 0.05 } result && Numbers.Near(result.Coefficients[0], 1, 0.02)
            ? new Finding(
                CauseCatalogue.GradientsAccumulated.Found(
                    1 - result.Residual,
                    [
                        $"gradients of iteration 1 are the expected ones plus {Numbers.Text(result.Coefficients[0])} times those of "
                            + $"iteration 0, residual {Numbers.Text(result.Residual)}",
                    ]
                ),
                GradientFaults.NotCleared()
            )
            : null;
    }

    /// <summary>Gradients of some parameters in iteration 1 hold those of iteration 0 too, and those of the others do not.</summary>
    public static Finding? OfSome(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        if (comparison.Frontier is not { Iteration: 1, Key.Phase: TracePhase.Gradient })
        {
            return null;
        }

        var differing = comparison
            .Exceeding.Where(difference => difference is { Iteration: 1, Rank: 0, Key.Phase: TracePhase.Gradient })
            .Select(difference => difference.Key.Name)
            .ToList();
        var kept = differing.Where(IsKept).ToList();
        return kept.Count == 0 || kept.Count == second.Iterations[1].Of(TracePhase.Gradient).Count()
            ? null
            : new(
                CauseCatalogue.GradientsAccumulated.Found(
                    $"The gradient of {kept[0]}{(kept.Count > 1 ? $" and {kept.Count - 1} others" : "")} is not cleared "
                        + "between iterations.",
                    kept.Count / (double)differing.Count,
                    [
                        $"in iteration 1 {kept.Count} of {differing.Count} gradients that differ are the expected ones plus "
                            + "those of iteration 0",
                    ]
                ),
                GradientFaults.NotCleared(kept)
            );

        bool IsKept(string name)
        {
            if (
                first.Sums(1, TracePhase.Gradient, name) is not { } expected
                || second.Sums(1, TracePhase.Gradient, name) is not { } found
                || second.Sums(0, TracePhase.Gradient, name) is not { } before
            )
            {
                return false;
            }

            var fit = new LinearFit(1);
            fit.Add(Vectors.Minus(found, expected), [before], 1);
            return fit.Solve() is { Residual: < 0.05 } result && Numbers.Near(result.Coefficients[0], 1, 0.02);
        }
    }
}
