using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// Adam's step element by element: w = w - rate (m' / (sqrt(v') + eps) + d w), with m' and v' corrected for their start at zero. A sketch
/// of a tensor of no more than 64 elements has each of them; of others they must have been kept whole.
/// </summary>
internal static class AdamElements
{
    private const double Exact = 1e-3;

    /// <summary>What of the step is not corrected for a start at zero, as a title; null where a factor is of another kind.</summary>
    public static string? Uncorrected(StepHistory first, StepHistory second, int iteration, double factor)
    {
        if (first.Carry is not { } carry || first.SecondRate() is not { } rate || second.Carry is null)
        {
            return null;
        }

        var (one, two) = (1 - Math.Pow(carry, iteration + 1), Math.Sqrt(1 - Math.Pow(rate, iteration + 1)));
        return Numbers.Near(factor, one / two, Exact) ? "Adam's moments are not corrected for their start at zero."
            : Numbers.Near(factor, one, Exact) ? "Adam's first moment is not corrected for its start at zero, the second is."
            : Numbers.Near(factor, 1 / two, Exact) ? "Adam's second moment is not corrected for its start at zero, the first is."
            : null;
    }

    /// <summary>
    /// The share of themselves, over the rate, that goes off these parameters directly under Adam; null where it cannot be told.
    /// </summary>
    public static double? Decay(ExplainedRun run, IEnumerable<string> names)
    {
        if (StepHistory.Of(run) is not { IsAdam: true, Carry: { } carry } steps || steps.SecondRate() is not { } rate)
        {
            return null;
        }

        double products = 0,
            squares = 0;
        foreach (var name in names)
        {
            for (var iteration = 0; iteration < run.Iterations.Count; iteration++)
            {
                if (Of(run, name, iteration, carry, rate) is not { } step)
                {
                    continue;
                }

                for (var i = 0; i < step.Before.Length; i++)
                {
                    var taken = step.Move[i] - (step.First[i] / (step.Second[i] + 1e-8));
                    // Where hardly anything moves, epsilon decides.
                    if (step.Second[i] > 1e-5)
                    {
                        products += taken * step.Before[i];
                        squares += step.Before[i] * step.Before[i];
                    }
                }
            }
        }

        return squares > 0 ? products / squares : null;
    }

    /// <summary>An epsilon that is another, or elsewhere.</summary>
    public static IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison, int iteration)
    {
        if (
            StepHistory.Of(first) is not { Carry: { } carry } steps
            || steps.SecondRate() is not { } rate
            || Epsilon(first, iteration, carry, rate) is not { } expected
            || Epsilon(second, iteration, carry, rate) is not { } found
            || (found.Inside == expected.Inside && Numbers.Near(found.Value, expected.Value, 0.05))
        )
        {
            yield break;
        }

        int known = 0;
        var share = LawShare.Of(
            second,
            comparison,
            TracePhase.Weights,
            (i, name) =>
            {
                if (i != iteration || Of(second, name, i, carry, rate) is not { } step || Of(first, name, i, carry, rate) is not { } right)
                {
                    return null;
                }

                known++;
                var weights = new double[step.Before.Length];
                for (var j = 0; j < weights.Length; j++)
                {
                    // What the first run takes off beside the step stays.
                    var beside = right.Move[j] - Step(right, j, expected);
                    weights[j] = step.Before[j] - (step.Rate * (Step(step, j, found) + beside));
                }

                return StripedSummary.Of([.. weights.Select(weight => (float)weight)]).Sums is { } sums && weights.Length > 1
                    ? sums
                    : StripedSummary.Of(weights[0]).Sums;
            }
        );
        yield return CauseCatalogue.AdamEpsilon.Found(
            found.Inside == expected.Inside
                ? $"Adam's epsilon is {Numbers.Text(found.Value)}, not {Numbers.Text(expected.Value)}."
                : $"Adam's epsilon ({Numbers.Text(found.Value)}) is {(found.Inside ? "inside" : "outside")} the root, not "
                    + $"{(expected.Inside ? "inside" : "outside")}.",
            share.Share,
            [
                $"fitted element by element in {known} tensors that were kept whole or have no more than 64 elements",
                LawShare.Text(share, "weights among them"),
            ]
        );
    }

    private static double Step(Elements step, int at, (double Value, bool Inside) epsilon) =>
        step.First[at]
        / (epsilon.Inside ? Math.Sqrt((step.Second[at] * step.Second[at]) + epsilon.Value) : step.Second[at] + epsilon.Value);

    /// <summary>The epsilon that fits best, outside the root or inside; null where nothing is known element by element.</summary>
    private static (double Value, bool Inside)? Epsilon(ExplainedRun run, int iteration, double carry, double rate)
    {
        List<Elements> steps =
        [
            .. run.Iterations[iteration]
                .Of(TracePhase.Weights)
                .Select(entry => Of(run, entry.Key.Name, iteration, carry, rate))
                .OfType<Elements>(),
        ];
        if (steps.Count == 0)
        {
            return null;
        }

        // Logarithmic search, then finer: the misfit has one minimum.
        (double Value, bool Inside) best = (0, false);
        var least = double.PositiveInfinity;
        foreach (var inside in new[] { false, true })
        {
            foreach (var value in Enumerable.Range(0, 141).Select(i => Math.Pow(10, -14 + (i / 10.0))))
            {
                var misfit = Misfit(steps, (value, inside));
                // Outside the root unless that is clearly worse: where epsilon is small nothing tells.
                if (misfit < least * (inside ? 0.5 : 1))
                {
                    (best, least) = ((value, inside), misfit);
                }
            }
        }

        for (var width = 0.1; width > 1e-4; width /= 3)
        {
            foreach (var value in new[] { best.Value * Math.Pow(10, -width), best.Value * Math.Pow(10, width) })
            {
                var misfit = Misfit(steps, best with { Value = value });
                (best, least) = misfit < least ? (best with { Value = value }, misfit) : (best, least);
            }
        }

        return best;
    }

    /// <summary>What is left of the steps beside a share of the weights themselves.</summary>
    private static double Misfit(List<Elements> steps, (double Value, bool Inside) epsilon)
    {
        double sum = 0;
        foreach (var step in steps)
        {
            double products = 0,
                squares = 0;
            var left = new double[step.Before.Length];
            for (var i = 0; i < left.Length; i++)
            {
                left[i] = step.Move[i] - Step(step, i, epsilon);
                products += left[i] * step.Before[i];
                squares += step.Before[i] * step.Before[i];
            }

            var decay = squares > 0 && left.Length > 2 ? products / squares : 0;
            // Decay is a small share; what is more is misfit.
            decay = Math.Abs(decay) > 0.5 ? 0 : decay;
            for (var i = 0; i < left.Length; i++)
            {
                sum += Math.Pow(left[i] - (decay * step.Before[i]), 2);
            }
        }

        return sum;
    }

    private static Elements? Of(ExplainedRun run, string name, int iteration, double carry, double rate)
    {
        var trace = run.Iterations[iteration];
        var (before, after) = (
            Values(iteration == 0 ? run.Iterations[0][TracePhase.Start, name] : run.Ranks[0].Find(iteration - 1, TracePhase.Weights, name)),
            Values(trace[TracePhase.Weights, name])
        );
        var (first, second) = (
            Values(trace[TracePhase.Momentum, name + StepHistory.First]),
            Values(trace[TracePhase.Momentum, name + StepHistory.Second])
        );
        if (before is null || after is null || first is null || second is null || !(run.Rates[iteration] > 0))
        {
            return null;
        }

        var (one, two) = (1 - Math.Pow(carry, iteration + 1), 1 - Math.Pow(rate, iteration + 1));
        return new(
            run.Rates[iteration],
            before,
            [.. before.Zip(after, (x, y) => (x - y) / run.Rates[iteration])],
            [.. first.Select(x => x / one)],
            [.. second.Select(x => Math.Sqrt(Math.Max(0, x) / two))]
        );
    }

    /// <summary>The elements of an entry; null where there are sums of them alone.</summary>
    private static double[]? Values(TraceEntry? entry)
    {
        if (entry?.Full is { Type: ElementType.Float32 } whole)
        {
            return [.. whole.As<float>().ToArray().Select(value => (double)value)];
        }

        var count = entry is null ? 0 : StepHistory.Count(entry);
        return count is 0 or > StripedSummary.Stripes || entry!.Summary.Rearranged != 0 ? null
            : count == 1 ? [entry.Summary.Sums[0]]
            : [.. entry.Summary.Sums.Take((int)count).Zip(Signs, (sum, sign) => sum * sign)];
    }

    private static readonly double[] Signs = StripedSummary.Of([.. Enumerable.Repeat(1f, StripedSummary.Stripes)]).Sums;

    private sealed record Elements(double Rate, double[] Before, double[] Move, double[] First, double[] Second);
}
