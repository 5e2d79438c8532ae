using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// Running statistics: r = (1 - m) r + m s. The batch's statistics s are not recorded; where a norm's input agrees in both runs they are
/// the same, and follow from the first run's movement.
/// </summary>
internal sealed class NormLaw : ILaw
{
    private const double Exact = 1e-3;

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        if (first.Options is not { FreezeNorm: false } options || first.Ranks.Count != second.Ranks.Count)
        {
            yield break;
        }

        var momentum = options.ToNetwork().NormMomentum;
        var all = Norms(first, second, comparison).ToList();
        // Where some are as they should be, it is a matter of the others.
        var moved = comparison
            .Exceeding.Where(difference => difference is { Iteration: 0, Key.Phase: TracePhase.Buffers })
            .Select(difference => difference.Key.Name[..difference.Key.Name.LastIndexOf('.')])
            .ToHashSet(StringComparer.Ordinal);
        var norms = all.Where(norm => moved.Contains(norm.Name)).ToList();
        var isPart = norms.Count > 0 && norms.Count < all.Count;
        norms = isPart ? norms : all;
        var share = new LinearFit(1);
        foreach (var norm in norms)
        {
            share.Add(norm.Mean.Found, [norm.Mean.Expected], 1 / Math.Max(1e-30, Length(norm.Mean.Expected)));
        }

        if (share.Solve() is not { } fit)
        {
            yield break;
        }

        var which = isPart ? $"{norms.Count} of {all.Count} norms, such as {norms[0].Name}," : "the norms";
        // The share of the batch in the second run.
        var found = fit.Coefficients[0] * momentum;
        string[] evidence =
        [
            $"share of the batch in running means, fitted over {norms.Count} norms whose input agrees: {Numbers.Text(found)}, expected "
                + $"{Numbers.Text(momentum)}, residual {Numbers.Text(fit.Residual)}",
        ];
        if (Math.Abs(found) < 1e-6)
        {
            var counted = second
                .Iterations[0]
                .Of(TracePhase.Buffers)
                .Where(entry => entry.Key.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                .Sum(entry => entry.Summary.Mean);
            if (counted > 0)
            {
                yield return new(CauseCatalogue.NormFrozen.Found(1 - Math.Abs(found), evidence), NormFaults.Momentum(0));
            }

            yield break;
        }

        if (fit.Residual > 0.02)
        {
            yield break;
        }

        if (!Numbers.Near(found, momentum, Exact))
        {
            yield return new(
                CauseCatalogue.NormMomentum.Found(
                    Numbers.Near(found, 1 - momentum, Exact)
                        ? $"The momentum of {which} is turned round: the batch counts {Numbers.Text(found)}, the statistics the rest."
                        : $"The momentum of {which} is {Numbers.Text(found)}, not {Numbers.Text(momentum)}.",
                    1 - fit.Residual,
                    evidence
                ),
                isPart
                    ? NormFaults.Momentum(Math.Clamp(found, 0, 1), norms.Select(norm => norm.Name).ToHashSet(StringComparer.Ordinal))
                    : NormFaults.Momentum(Math.Clamp(found, 0, 1))
            );
        }

        if (Variance(norms, momentum, found) is { } biased)
        {
            yield return new(biased, NormFaults.BiasedVariance());
        }
    }

    private static Cause? Variance(IReadOnlyList<Norm> norms, double momentum, double found)
    {
        double unbiasedLeft = 0,
            biasedLeft = 0,
            size = 0;
        foreach (var norm in norms)
        {
            for (var i = 0; i < norm.Variance.Found.Length; i++)
            {
                var before = norm.VarianceBefore[i];
                // From the first run's movement: m (v - r).
                var variance = (norm.Variance.Expected[i] / momentum) + before;
                var weight = 1 / Math.Max(1e-30, Length(norm.VarianceBefore));
                Accumulate(ref unbiasedLeft, variance, 1);
                Accumulate(ref biasedLeft, variance, (norm.Count - 1) / norm.Count);
                size += Math.Pow(weight * norm.Variance.Expected[i], 2);

                void Accumulate(ref double left, double value, double factor) =>
                    left += Math.Pow(weight * (norm.Variance.Found[i] - (found * ((value * factor) - before))), 2);
            }
        }

        return biasedLeft < unbiasedLeft / 9 && Math.Sqrt(unbiasedLeft / size) > 1e-5
            ? CauseCatalogue.NormBiasedVariance.Found(
                1 - Math.Sqrt(biasedLeft / unbiasedLeft),
                [
                    $"residual with the biased variance {Numbers.Text(Math.Sqrt(biasedLeft / size))}, with the unbiased "
                        + $"{Numbers.Text(Math.Sqrt(unbiasedLeft / size))}",
                ]
            )
            : null;
    }

    private static IEnumerable<Norm> Norms(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        var differing = comparison
            .Exceeding.Where(difference => difference.Iteration == 0 && difference.Key.Phase is TracePhase.Forward or TracePhase.Start)
            .Select(difference => difference.Key.Name)
            .ToHashSet(StringComparer.Ordinal);
        const string mean = ".running_mean";
        foreach (
            var entry in first.Iterations[0].Of(TracePhase.Buffers).Where(entry => entry.Key.Name.EndsWith(mean, StringComparison.Ordinal))
        )
        {
            var norm = entry.Key.Name[..^mean.Length];
            var conv = norm[..(norm.LastIndexOf('.') + 1)] + "conv";
            var variance = norm + ".running_var";
            if (
                first.Iterations[0][TracePhase.Forward, conv] is { Shape.Count: 4 } input
                && !differing.Contains(conv)
                && Moved(first, entry.Key.Name) is { } meanA
                && Moved(second, entry.Key.Name) is { } meanB
                && Moved(first, variance) is { } varA
                && Moved(second, variance) is { } varB
            )
            {
                yield return new(
                    norm,
                    (meanA, meanB),
                    (varA, varB),
                    first.Sums(0, TracePhase.Start, variance)!,
                    (double)input.Shape[0] * first.Ranks.Count * input.Shape[2] * input.Shape[3]
                );
            }
        }
    }

    private static double[]? Moved(ExplainedRun run, string key) =>
        run.Sums(0, TracePhase.Start, key) is { } before && run.Sums(0, TracePhase.Buffers, key) is { } after
            ? [.. after.Zip(before, (x, y) => x - y)]
            : null;

    private static double Length(double[] sums) => Math.Sqrt(sums.Sum(x => x * x));

    private sealed record Norm(
        string Name,
        (double[] Expected, double[] Found) Mean,
        (double[] Expected, double[] Found) Variance,
        double[] VarianceBefore,
        double Count
    );
}
