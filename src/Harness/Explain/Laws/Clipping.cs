using PPYolo.Harness.Faults;
using PPYolo.Train.Optimization;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>What shares of gradients in momentum say about clipping: the norm that was clipped at, and over what it was taken.</summary>
internal static class Clipping
{
    /// <summary>The likeliest cause of shares that are not what they should be.</summary>
    /// <param name="limit">Where gradients should be clipped; null where they should not.</param>
    /// <param name="b">How the second run's momentum follows its gradients.</param>
    /// <param name="evidence">What the fits found.</param>
    public static Finding Of(double? limit, MomentumFits b, string[] evidence)
    {
        var groupNorms = b.GradientNorms;
        List<double> global =
        [
            .. groupNorms[ParameterGroup.NoDecay].Zip(groupNorms[ParameterGroup.Decay], (one, two) => Math.Sqrt((one * one) + (two * two))),
        ];
        string[] norms =
        [
            .. evidence,
            .. MomentumFits.Groups.Select(group => $"{group}: gradient norms {Numbers.Text(groupNorms[group])}"),
        ];
        var ones = MomentumFits.Groups.All(group => b[group].Shares.All(share => Numbers.Near(share, 1, 1e-3)));
        if (limit is not null && ones)
        {
            return new(
                CauseCatalogue.ClippingMissing.Found($"Gradients are not clipped at {Numbers.Text(limit.Value)}.", b.Fit, norms),
                OptimizerFaults.ClippingMissing()
            );
        }

        // Clipping leaves a product of share and norm that is the limit.
        bool Clips(Func<string, IReadOnlyList<double>> of, out double constant)
        {
            var products = MomentumFits
                .Groups.SelectMany(group => b[group].Shares.Select((share, i) => (Share: share, Product: share * of(group)[i])))
                .Where(pair => pair.Share < 0.999)
                .Select(pair => pair.Product)
                .ToList();
            constant = products.Count > 0 ? products[0] : 0;
            var value = constant;
            return products.Count > 1 && products.All(product => Numbers.Near(product, value));
        }

        if (Clips(group => groupNorms[group], out var own) && (limit is null || !Numbers.Near(own, limit.Value)))
        {
            return new(
                CauseCatalogue.ClippingOther.Found(
                    limit is null
                        ? $"Gradients are clipped at {Numbers.Text(own)}, which they should not be."
                        : $"Gradients are clipped at {Numbers.Text(own)}, not {Numbers.Text(limit.Value)}.",
                    b.Fit,
                    norms
                ),
                OptimizerFaults.ClippingAt(own)
            );
        }

        if (Clips(_ => global, out var joint))
        {
            return new(
                CauseCatalogue.ClippingJoint.Found(
                    $"Gradients are clipped at {Numbers.Text(joint)} by the norm of all groups together, not of each.",
                    b.Fit,
                    norms
                ),
                OptimizerFaults.ClippingAt(joint).And(OptimizerFaults.ClippingByTheJointNorm())
            );
        }

        var shares = MomentumFits.Groups.SelectMany(group => b[group].Shares).ToList();
        return shares.All(share => Numbers.Near(share, shares[0]))
            ? new Finding(
                CauseCatalogue.GradientScale.Found($"The optimizer multiplies gradients by {Numbers.Text(shares[0])}.", b.Fit, norms),
                OptimizerFaults.GradientsTimes(shares[0])
            )
            : CauseCatalogue.GradientShare.Found(Math.Min(b.Fit, Finding.Unproven), norms);
    }
}
