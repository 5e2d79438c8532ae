using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// Adam's step element by element: w = w - rate (m' / (sqrt(v') + eps) + d w), with m' and v' corrected for their start at zero. A sketch
/// of a tensor of no more than 64 elements has each of them; of others they must have been kept whole.
/// </summary>
/// <param name="Rate">The recorded rate.</param>
/// <param name="Before">The weights before the step.</param>
/// <param name="Move">What they lose, over the rate.</param>
/// <param name="First">m'.</param>
/// <param name="Second">The root of v'.</param>
internal sealed record AdamElements(double Rate, double[] Before, double[] Move, double[] First, double[] Second)
{
    /// <summary>A relative rounding of float32, and the few of a step.</summary>
    private const double Float = 1.0 / (1 << 24),
        Few = 2e-6;

    private static readonly double[] Signs = StripedSummary.Of([.. Enumerable.Repeat(1f, StripedSummary.Stripes)]).Sums;

    /// <summary>A parameter's step; null where its elements are not known.</summary>
    public static AdamElements? Of(ExplainedRun run, string name, int iteration, double carry, double rate)
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

    /// <summary>All parameters' steps of which the elements are known.</summary>
    public static List<AdamElements> All(ExplainedRun run, int iteration, double carry, double rate) =>
        [
            .. run.Iterations[iteration]
                .Of(TracePhase.Weights)
                .Select(entry => Of(run, entry.Key.Name, iteration, carry, rate))
                .OfType<AdamElements>(),
        ];

    /// <summary>
    /// The share of themselves, over the rate, that goes off these parameters directly, and how far it may be off; null where no elements
    /// are known.
    /// </summary>
    public static Measured? Decay(ExplainedRun run, IEnumerable<string> names)
    {
        if (StepHistory.Of(run) is not { IsAdam: true, Carry: { } carry } steps || steps.SecondRate() is not { Value: var rate })
        {
            return null;
        }

        var (taken, weights) = (new List<double>(), new List<double>());
        double moved = 0;
        foreach (var name in names)
        {
            for (var iteration = 0; iteration < run.Iterations.Count; iteration++)
            {
                if (Of(run, name, iteration, carry, rate) is not { } step)
                {
                    continue;
                }

                // Where hardly anything moves, epsilon decides.
                foreach (var i in Enumerable.Range(0, step.Before.Length).Where(i => step.Second[i] > 1e-5))
                {
                    var expected = step.Step(i, (1e-8, false));
                    taken.Add(step.Move[i] - expected);
                    weights.Add(step.Before[i]);
                    moved += expected * expected;
                }
            }
        }

        var squares = weights.Sum(weight => weight * weight);
        if (squares == 0)
        {
            return null;
        }

        var decay = taken.Zip(weights, (x, weight) => x * weight).Sum() / squares;
        var left = taken.Zip(weights, (x, weight) => Math.Pow(x - (decay * weight), 2)).Sum();
        // Rounding is left of each element; the fitted betas are off by the same share in all.
        return new(decay, (5 * Math.Sqrt(left / Math.Max(1, weights.Count - 1) / squares)) + (Few * Math.Sqrt(moved / squares)));
    }

    /// <summary>What an element loses by the step with an epsilon, over the rate.</summary>
    public double Step(int at, (double Value, bool Inside) epsilon) =>
        // An element without a gradient does not move, whatever epsilon.
        First[at] == 0
            ? 0
            : First[at] / (epsilon.Inside ? Math.Sqrt((Second[at] * Second[at]) + epsilon.Value) : Second[at] + epsilon.Value);

    /// <summary>How far what an element moves by may be off: weights are rounded before and after, and a step is some operations.</summary>
    public double Rounding(int at) => (Float * Math.Abs(Before[at]) / Rate) + (Few * Math.Max(Math.Abs(Move[at]), Smallness(at)));

    /// <summary>The sums of the weights after a step.</summary>
    public double[] Sums(Func<int, double> step)
    {
        var weights = Before.Select((before, at) => before - (Rate * step(at))).ToList();
        return (weights.Count > 1 ? StripedSummary.Of([.. weights.Select(weight => (float)weight)]) : StripedSummary.Of(weights[0])).Sums;
    }

    /// <summary>A second moment that float32 hardly holds has lost its digits.</summary>
    private double Smallness(int at) => Second[at] * Second[at] < 1e-30 ? 1 / Few : 0;

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
}
