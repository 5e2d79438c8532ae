using PPYolo.Align.Explanations;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>How much of the gradient enters: dampening, clipping, a scale that is not taken out again.</summary>
internal static class StepShares
{
    private const double Exact = 0.002;

    /// <summary>The cause that the shares of both runs point to.</summary>
    public static IEnumerable<Finding> Examine(ExplainedRun second, StepTest test)
    {
        var (a, b) = (Shares(test.First), Shares(test.Second));
        var common = a.Keys.Where(b.ContainsKey).ToList();
        var ratios = common.ConvertAll(i => b[i] / a[i]);
        var errors = common.ConvertAll(i => (test.First.Taken(i)!.Error / Math.Abs(a[i])) + (test.Second.Taken(i)!.Error / Math.Abs(b[i])));
        if (common.Count == 0 || ratios.Zip(errors).All(pair => Math.Abs(pair.First - 1) <= Math.Max(Exact, pair.Second * pair.First)))
        {
            yield break;
        }

        var share = test.Share((i, _) => (test.Second.Shares.TryGetValue(i, out var own) ? own : null, null, null));
        string[] Evidence() =>
            [
                $"gradients enter with {Numbers.Text(common.Select(i => b[i]))}; expected {Numbers.Text(common.Select(i => a[i]))}",
                LawShare.Text(share, test.Second.IsPlain ? "weights" : "moments"),
            ];
        Finding Made(CauseKind kind, string title) => kind.Found(title, share.Share, Evidence(), test.Second.Phase);
        var later = ratios.Skip(1).ToList();
        if (ratios.Count > 1 && common.Zip(ratios).All(pair => Numbers.Near(pair.Second, second.Rates[pair.First], Exact)))
        {
            yield return Made(CauseCatalogue.MomentumHoldsRate, CauseCatalogue.MomentumHoldsRate.Meaning);
        }
        else if (
            common[0] == 0
            && later.Count > 0
            && Numbers.Near(ratios[0], 1, Exact)
            && later.TrueForAll(ratio => ratio < 1 && Numbers.Near(ratio, later[0], Exact))
        )
        {
            // What is dampened has the decay in it.
            share = test.Share(
                (i, name) => i == 0 ? (null, null, null) : (b.GetValueOrDefault(i, later[0]), later[0] * test.FirstDecay(name), null)
            );
            yield return Made(
                CauseCatalogue.Dampening,
                $"Gradients enter momentum dampened by {Numbers.Text(1 - later[0])} after the first step."
            );
        }
        else if (ratios.TrueForAll(ratio => ratio < 1 && Numbers.Near(ratio, ratios[0], Exact)) && IsLimited(test.Second, b))
        {
            // One step, or several of gradients of one norm: a limit and a factor do the same.
            yield return CauseCatalogue.GradientShare.Found(
                CauseCatalogue.GradientShare.Meaning,
                Math.Min(share.Share, Cause.LeastLikely),
                Evidence(),
                test.Second.Phase
            );
        }
        else if (Limit(test.Second, b) is { } limit)
        {
            yield return Limit(test.First, a) is { } expected
                ? Made(CauseCatalogue.ClippingOther, $"Gradients are clipped at {Numbers.Text(limit)}, not {Numbers.Text(expected)}.")
                : Made(CauseCatalogue.ClippingOther, $"Gradients are clipped at {Numbers.Text(limit)}, which they should not be.");
        }
        else if (Limit(test.First, a) is { } missing && common.TrueForAll(i => Numbers.Near(b[i], 1, Exact)))
        {
            yield return Made(CauseCatalogue.ClippingMissing, $"Gradients are not clipped at {Numbers.Text(missing)}.");
        }
        else if (ratios.TrueForAll(ratio => Numbers.Near(ratio, ratios[0], Exact)))
        {
            yield return Made(CauseCatalogue.GradientScale, $"The optimizer multiplies gradients by {Numbers.Text(ratios[0])}.");
        }
        else
        {
            yield return CauseCatalogue.GradientShare.Found(
                CauseCatalogue.GradientShare.Meaning,
                Math.Min(share.Share, Cause.LeastLikely),
                Evidence(),
                test.Second.Phase
            );
        }
    }

    /// <summary>Of Adam, of what it takes at all.</summary>
    private static SortedDictionary<int, double> Shares(StepHistory steps)
    {
        var own = new SortedDictionary<int, double>();
        foreach (var iteration in steps.Shares.Keys)
        {
            own[iteration] = steps.Taken(iteration)!.Value;
        }

        return own;
    }

    /// <summary>Whether the norm of all gradients that is left may be a limit.</summary>
    private static bool IsLimited(StepHistory steps, SortedDictionary<int, double> shares) =>
        shares.Count == 1 || Limit(steps, shares) is not null;

    /// <summary>The norm of all gradients that is left: one number in all iterations in which less than everything enters.</summary>
    private static double? Limit(StepHistory steps, SortedDictionary<int, double> shares)
    {
        var products = shares.Where(pair => pair.Value < 0.999).Select(pair => pair.Value * steps.GradientNorm(pair.Key)).ToList();
        return products.Count > 1 && products.TrueForAll(product => Numbers.Near(product, products[0], Exact)) ? products[0] : null;
    }
}
