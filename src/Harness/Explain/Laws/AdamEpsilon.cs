using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>An epsilon of Adam's that is another, or elsewhere: sought in steps of which each element is known.</summary>
internal static class AdamEpsilon
{
    /// <summary>Standard errors of rounding by which two epsilons' steps must differ to be told apart.</summary>
    private const double Resolution = 10;

    /// <summary>What a fit may leave, in squares of rounding: more is of another law.</summary>
    private const double Trusted = 100;

    /// <summary>The cause that both runs' epsilons point to.</summary>
    public static IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison, int iteration)
    {
        if (
            StepHistory.Of(first) is not { Carry: { } carry } steps
            || steps.SecondRate() is not { Value: var rate }
            || AdamElements.All(first, iteration, carry, rate) is not { Count: > 0 } right
            || AdamElements.All(second, iteration, carry, rate) is not { Count: > 0 } wrong
            || Fit(right) is not { } expected
            || Fit(wrong) is not { } found
            // Where gradients are large, many epsilons give the same steps within rounding.
            || !AreTold(right, expected, found)
            || !AreTold(wrong, expected, found)
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
                if (
                    i != iteration
                    || AdamElements.Of(second, name, i, carry, rate) is not { } step
                    || AdamElements.Of(first, name, i, carry, rate) is not { } other
                )
                {
                    return null;
                }

                known++;
                // What the first run takes off beside the step stays.
                return step.Sums(at => step.Step(at, found) + other.Move[at] - other.Step(at, expected));
            }
        );
        yield return CauseCatalogue.AdamEpsilon.Found(
            found.Inside == expected.Inside
                ? $"Adam's epsilon is {Text(wrong, found)}, not {Text(right, expected)}."
                : $"Adam's epsilon ({Text(wrong, found)}) is {(found.Inside ? "inside" : "outside")} the root, not "
                    + $"{(expected.Inside ? "inside" : "outside")}.",
            share.Share,
            [
                $"fitted element by element in {known} tensors that were kept whole or have no more than 64 elements",
                LawShare.Text(share, "weights among them"),
            ]
        );
    }

    /// <summary>An epsilon that no step feels is known to be small, and no more.</summary>
    private static string Text(List<AdamElements> steps, (double Value, bool Inside) epsilon) =>
        AreTold(steps, epsilon, (0, epsilon.Inside)) ? Numbers.Text(epsilon.Value)
        : Values().Cast<double?>().FirstOrDefault(value => AreTold(steps, (value!.Value, epsilon.Inside), (0, epsilon.Inside))) is { } least
            ? $"less than {Numbers.Text(least)}"
        : "what it should be";

    /// <summary>Whether two epsilons give steps that differ by more than rounding.</summary>
    private static bool AreTold(List<AdamElements> steps, (double Value, bool Inside) one, (double Value, bool Inside) other)
    {
        double squares = 0,
            errors = 0;
        foreach (var step in steps)
        {
            // A second moment that is rounded to zero says nothing of what is added to it.
            foreach (var i in Enumerable.Range(0, step.Before.Length).Where(i => step.Second[i] > 0))
            {
                var apart = step.Step(i, one) - step.Step(i, other);
                squares += apart * apart;
                errors += Math.Pow(apart * step.Rounding(i), 2);
            }
        }

        return squares > Resolution * Math.Sqrt(errors);
    }

    private static IEnumerable<double> Values() => Enumerable.Range(0, 141).Select(i => Math.Pow(10, -14 + (i / 10.0)));

    /// <summary>The epsilon that fits best, outside the root or inside; null where the steps are of another law.</summary>
    private static (double Value, bool Inside)? Fit(List<AdamElements> all)
    {
        // Of one or two elements decay cannot be told from the step.
        var steps = all.FindAll(step => step.Before.Length > 2);
        // Logarithmic search, then finer: the misfit has one minimum.
        (double Value, bool Inside) best = (0, false);
        var least = double.PositiveInfinity;
        foreach (var inside in new[] { false, true })
        {
            foreach (var value in Values())
            {
                var misfit = Misfit(steps, (value, inside));
                // Outside the root unless that is clearly worse: where epsilon is small nothing tells.
                if (misfit < least * (inside && !best.Inside ? 0.5 : 1))
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

        var rounding = steps.Sum(step => Enumerable.Range(0, step.Before.Length).Sum(i => Math.Pow(step.Rounding(i), 2)));
        return least <= Trusted * rounding ? best : null;
    }

    /// <summary>What is left of the steps beside a share of the weights themselves.</summary>
    private static double Misfit(List<AdamElements> steps, (double Value, bool Inside) epsilon)
    {
        double sum = 0;
        foreach (var step in steps)
        {
            double products = 0,
                squares = 0;
            var left = new double[step.Before.Length];
            for (var i = 0; i < left.Length; i++)
            {
                left[i] = step.Move[i] - step.Step(i, epsilon);
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
}
