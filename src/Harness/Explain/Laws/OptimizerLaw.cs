using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;
using PPYolo.Train.Optimization;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// The optimizer's step replayed from recorded gradients, weights and momentum in float64: m = a g + b w + c m, and w = w - p m - q
/// m_before. Both runs are fitted on their own tensors, so that a wrong gradient is not taken for a wrong optimizer.
/// </summary>
internal sealed class OptimizerLaw : ILaw
{
    /// <summary>Fits are exact to rounding; a residual beyond this means that the law has another form.</summary>
    private const double Trusted = 1e-3;

    /// <summary>A weight decay smaller than this is none: it changes no weight in a training of any length.</summary>
    private const double NoDecay = 1e-7;

    private static readonly string[] Groups = [ParameterGroup.NoDecay, ParameterGroup.Decay];

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        if (StepLaw.IsFor(first, second))
        {
            return GroupLaw.Groupless(first, second);
        }

        if (!first.Iterations[0].Of(TracePhase.Momentum).Any() || !second.Iterations[0].Of(TracePhase.Momentum).Any())
        {
            return [];
        }

        var names = OptimizerGroups.Of(first.Options ?? second.Options);
        var a = Groups.ToDictionary(group => group, group => Momentum(first, group, names), StringComparer.Ordinal);
        var b = Groups.ToDictionary(group => group, group => Momentum(second, group, names), StringComparer.Ordinal);
        var causes = new List<Finding>();
        Decay(a, b, causes);
        Coefficients(first, second, a, b, names, causes);
        Step(first, second, b, causes);
        var (expected, entered) = (a[Groups[1]].Decay, b[Groups[1]].Decay);
        List<Finding> ofGroups =
        [
            .. GroupLaw.Examine(
                first,
                second,
                names,
                expected is not null && entered is not null && IsZero(entered) && !IsZero(expected) ? expected.Value : null
            ),
        ];
        if (ofGroups.Exists(finding => finding.Cause.Id == CauseCatalogue.WeightDecayDecoupled.Id))
        {
            // It enters elsewhere.
            causes.RemoveAll(finding => finding.Cause.Id == CauseCatalogue.WeightDecayMissing.Id);
        }

        return [.. causes, .. ofGroups];
    }

    private static void Decay(Dictionary<string, MomentumFit> a, Dictionary<string, MomentumFit> b, List<Finding> causes)
    {
        var (noA, yesA, noB, yesB) = (a[Groups[0]].Decay, a[Groups[1]].Decay, b[Groups[0]].Decay, b[Groups[1]].Decay);
        if (noA is null || yesA is null || noB is null || yesB is null || (Same(noA, noB) && Same(yesA, yesB)))
        {
            return;
        }

        string[] evidence =
        [
            $"weight decay of norms and the head's biases: expected {noA}, fitted {noB}",
            $"weight decay of convolution weights: expected {yesA}, fitted {yesB}",
        ];
        // What is not what its law says is not explained.
        var fit = 1 - Math.Max(b[Groups[0]].Residual, b[Groups[1]].Residual);
        var cause =
            IsZero(yesB) && IsZero(noB) ? CauseCatalogue.WeightDecayMissing.Found(fit, evidence)
            : IsZero(yesB) ? CauseCatalogue.WeightDecayWrongGroup.Found(fit, evidence)
            : !IsZero(noB) && IsZero(noA) && Same(yesA, yesB) ? CauseCatalogue.WeightDecayAllGroups.Found(fit, evidence)
            : CauseCatalogue.WeightDecayOther.Found(
                Same(yesA, yesB)
                    ? $"Weight decay of norms and the head's biases is {Numbers.Text(noB.Value)}, not {Numbers.Text(noA.Value)}."
                    : $"Weight decay is {Numbers.Text(yesB.Value)}, not {Numbers.Text(yesA.Value)}.",
                fit,
                evidence
            );
        causes.Add(new(cause, OptimizerFaults.WeightDecays(IsZero(noB) ? 0 : noB.Value, IsZero(yesB) ? 0 : yesB.Value)));
    }

    private static void Coefficients(
        ExplainedRun first,
        ExplainedRun second,
        Dictionary<string, MomentumFit> a,
        Dictionary<string, MomentumFit> b,
        OptimizerGroups names,
        List<Finding> causes
    )
    {
        var (carryA, carryB) = (Carry(a), Carry(b));
        if (carryA is not null && carryB is not null && !Numbers.Near(carryA.Value, carryB.Value, 0.005))
        {
            causes.Add(
                new(
                    CauseCatalogue.Momentum.Found(
                        $"Momentum is {Numbers.Text(carryB.Value)}, not {Numbers.Text(carryA.Value)}.",
                        1 - Math.Max(b[Groups[0]].Residual, b[Groups[1]].Residual),
                        [$"m = a g + b w + c m: c is {carryB}, expected {carryA}"]
                    ),
                    OptimizerFaults.Momentum(Math.Clamp(carryB.Value, 0, 0.9999))
                )
            );
        }

        // What right clipping leaves of this run's own gradients, which need not be the other's.
        var limit = first.Recipe?.ClipGradNorm;
        var expected = Groups.ToDictionary(
            group => group,
            group =>
                first.Recipe is null
                    ? a[group].Shares
                    : [.. Norms(second, group, names).Select(norm => limit is null ? 1 : Math.Min(1, limit.Value / (norm + 1e-6)))],
            StringComparer.Ordinal
        );
        var ratios = Groups.ToDictionary(
            group => group,
            group => b[group].Shares.Zip(expected[group], (found, right) => found / right).ToList(),
            StringComparer.Ordinal
        );
        if (Groups.All(group => ratios[group].All(ratio => Numbers.Near(ratio, 1, 0.005))))
        {
            return;
        }

        if (
            Groups.All(group =>
                ratios[group].Count > 1 && ratios[group].Zip(second.Rates).All(pair => Numbers.Near(pair.First, pair.Second, 0.005))
            )
        )
        {
            causes.Add(
                CauseCatalogue.MomentumHoldsRate.Found(
                    1 - Math.Max(b[Groups[0]].Residual, b[Groups[1]].Residual),
                    [$"gradients enter momentum times {Numbers.Text(ratios[Groups[1]])}; the rates are {Numbers.Text(second.Rates)}"]
                )
            );
            return;
        }

        string[] evidence =
        [
            .. Groups.Select(group =>
                $"{group}: gradients enter with {Numbers.Text(b[group].Shares)}; expected {Numbers.Text(expected[group])}"
            ),
        ];
        var later = Groups.SelectMany(group => ratios[group].Skip(1)).ToList();
        causes.Add(
            later.Count > 0
            && Groups.All(group => ratios[group].Count == 0 || Numbers.Near(ratios[group][0], 1, 0.005))
            && later.All(ratio => ratio < 1 && Numbers.Near(ratio, later[0], 0.005))
                ? new Finding(
                    CauseCatalogue.Dampening.Found(
                        $"Gradients enter momentum dampened by {Numbers.Text(1 - later[0])} after the first step.",
                        1 - Math.Max(b[Groups[0]].Residual, b[Groups[1]].Residual),
                        evidence
                    ),
                    OptimizerFaults.Dampening(1 - later[0], carryB?.Value ?? 0.9)
                )
                : Clipping(second, limit, b, names, evidence)
        );
    }

    private static Finding Clipping(
        ExplainedRun second,
        double? limit,
        Dictionary<string, MomentumFit> b,
        OptimizerGroups names,
        string[] evidence
    )
    {
        var groupNorms = Groups.ToDictionary(group => group, group => Norms(second, group, names), StringComparer.Ordinal);
        var global = Enumerable
            .Range(0, second.Iterations.Count)
            .Select(i => Math.Sqrt(Groups.Sum(group => Math.Pow(groupNorms[group][i], 2))))
            .ToList();
        string[] norms = [.. evidence, .. Groups.Select(group => $"{group}: gradient norms {Numbers.Text(groupNorms[group])}")];
        var fit = 1 - Math.Max(b[Groups[0]].Residual, b[Groups[1]].Residual);
        var ones = Groups.All(group => b[group].Shares.All(share => Numbers.Near(share, 1, 1e-3)));
        if (limit is not null && ones)
        {
            return new(
                CauseCatalogue.ClippingMissing.Found($"Gradients are not clipped at {Numbers.Text(limit.Value)}.", fit, norms),
                OptimizerFaults.ClippingMissing()
            );
        }

        // Clipping leaves a product of share and norm that is the limit.
        bool Clips(Func<string, IReadOnlyList<double>> of, out double constant)
        {
            var products = Groups
                .SelectMany(group => b[group].Shares.Select((share, i) => (Share: share, Product: share * of(group)[i])))
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
                    fit,
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
                    fit,
                    norms
                ),
                OptimizerFaults.ClippingAt(joint).And(OptimizerFaults.ClippingByTheJointNorm())
            );
        }

        var shares = Groups.SelectMany(group => b[group].Shares).ToList();
        return shares.All(share => Numbers.Near(share, shares[0]))
            ? new Finding(
                CauseCatalogue.GradientScale.Found($"The optimizer multiplies gradients by {Numbers.Text(shares[0])}.", fit, norms),
                OptimizerFaults.GradientsTimes(shares[0])
            )
            : CauseCatalogue.GradientShare.Found(Math.Min(fit, Finding.Unproven), norms);
    }

    private static void Step(ExplainedRun first, ExplainedRun second, Dictionary<string, MomentumFit> b, List<Finding> causes)
    {
        if (WeightStep(first) is not { } right || WeightStep(second) is not { } found || Carry(b) is not { } carry)
        {
            return;
        }

        // Nesterov: p = (1 + c) rate and q = -c rate. The rate is the sum of both, whatever the form.
        var look = found.Earlier / found.Rate;
        var expectedLook = right.Earlier / right.Rate;
        if (
            Math.Abs(look - expectedLook) > 0.1 * Math.Max(carry.Value, 0.1)
            && Math.Abs(look - expectedLook) > 10 * found.Error / found.Rate
        )
        {
            string[] evidence =
            [
                $"w changes by {Numbers.Text(found.Now)} m + {Numbers.Text(found.Earlier)} m before; Nesterov's are (1 + c) and -c times "
                    + $"the rate, plain momentum's 1 and 0; residual {Numbers.Text(found.Residual)}",
            ];
            causes.Add(
                Numbers.Near(look, -carry.Value, 0.05)
                    ? new Finding(CauseCatalogue.Nesterov.Found(1 - found.Residual, evidence), OptimizerFaults.Nesterov(carry.Value))
                    : (Finding)CauseCatalogue.WeightStep.Found(Math.Min(1 - found.Residual, Finding.Unproven), evidence)
            );
        }

        var factor = found.Rate / right.Rate;
        if (!Numbers.Near(factor, 1, Math.Max(0.01, 10 * found.Error / found.Rate)))
        {
            causes.Add(
                new(
                    CauseCatalogue.RateApplied.Found(
                        $"Weights move by {Numbers.Text(factor)} times the learning rate that was recorded.",
                        1 - found.Residual,
                        [
                            $"movement over momentum and recorded rate: {Numbers.Text(found.Rate)}, expected {Numbers.Text(right.Rate)}; "
                                + $"residual {Numbers.Text(found.Residual)}",
                        ]
                    ),
                    OptimizerFaults.StepTimes(factor)
                )
            );
        }
    }

    private static MomentumFit Momentum(ExplainedRun run, string group, OptimizerGroups names)
    {
        var shares = new List<double>();
        var decays = new List<(double Value, double Error)>();
        var carries = new List<(double Value, double Error)>();
        double residual = 0;
        for (var iteration = 0; iteration < run.Iterations.Count; iteration++)
        {
            var fit = new LinearFit(iteration == 0 ? 2 : 3);
            foreach (var gradient in run.Reduced(iteration).Where(entry => names.NameFor(entry.Key.Name) == group))
            {
                var key = gradient.Key.Name;
                var before = iteration == 0 ? null : run.Sums(iteration - 1, TracePhase.Momentum, key);
                if (
                    run.Sums(iteration, TracePhase.Momentum, key) is not { } momentum
                    || run.WeightsBefore(iteration, key) is not { } weights
                    || (iteration > 0 && before is null)
                )
                {
                    continue;
                }

                var weight = 1 / Math.Max(1e-30, Math.Sqrt(momentum.Sum(x => x * x)));
                fit.Add(momentum, iteration == 0 ? [gradient.Summary.Sums, weights] : [gradient.Summary.Sums, weights, before!], weight);
            }

            if (fit.Solve() is { } result && result.Residual < Trusted)
            {
                residual = Math.Max(residual, result.Residual);
                shares.Add(result.Coefficients[0]);
                decays.Add((result.Coefficients[1], result.Errors[1]));
                if (iteration > 0)
                {
                    carries.Add((result.Coefficients[2], result.Errors[2]));
                }
            }
        }

        return new(shares, Measured.Of(decays), Measured.Of(carries), residual);
    }

    /// <summary>
    /// How weights follow momentum, in units of the recorded rate, over all iterations but the first (in which there is no earlier
    /// momentum).
    /// </summary>
    private static StepFit? WeightStep(ExplainedRun run)
    {
        var fit = new LinearFit(2);
        for (var iteration = 1; iteration < run.Iterations.Count; iteration++)
        {
            var rate = run.Rates[iteration];
            foreach (var entry in run.Iterations[iteration].Of(TracePhase.Momentum))
            {
                var key = entry.Key.Name;
                if (
                    run.WeightsBefore(iteration, key) is { } before
                    && run.Sums(iteration, TracePhase.Weights, key) is { } after
                    && run.Sums(iteration - 1, TracePhase.Momentum, key) is { } earlier
                )
                {
                    // Rounding errors are in proportion to the weights.
                    fit.Add(
                        [.. before.Zip(after, (x, y) => x - y)],
                        [
                            [.. entry.Summary.Sums.Select(x => x * rate)],
                            [.. earlier.Select(x => x * rate)],
                        ],
                        1 / Math.Max(1e-30, Math.Sqrt(before.Sum(x => x * x)))
                    );
                }
            }
        }

        return fit.Solve() is { } result
            ? new(result.Coefficients[0], result.Coefficients[1], Math.Max(result.Errors[0], result.Errors[1]), result.Residual)
            : null;
    }

    private static List<double> Norms(ExplainedRun run, string group, OptimizerGroups names) =>
        [
            .. Enumerable
                .Range(0, run.Iterations.Count)
                .Select(i =>
                    Math.Sqrt(
                        run.Reduced(i)
                            .Where(entry => names.NameFor(entry.Key.Name) == group)
                            .Sum(entry => entry.Summary.L2 * entry.Summary.L2)
                    )
                ),
        ];

    private static Measured? Carry(Dictionary<string, MomentumFit> fits) => fits[Groups[1]].Carry ?? fits[Groups[0]].Carry;

    private static bool Same(Measured a, Measured b) =>
        Math.Abs(a.Value - b.Value)
        <= Math.Max(0.02 * Math.Max(Math.Abs(a.Value), Math.Abs(b.Value)), Math.Max(NoDecay, 5 * (a.Error + b.Error)));

    private static bool IsZero(Measured value) => Math.Abs(value.Value) <= Math.Max(NoDecay, 5 * value.Error);

    private sealed record MomentumFit(IReadOnlyList<double> Shares, Measured? Decay, Measured? Carry, double Residual);

    private sealed record StepFit(double Now, double Earlier, double Error, double Residual)
    {
        public double Rate => Now + Earlier;
    }

    /// <summary>A fitted number with its standard error.</summary>
    private sealed record Measured(double Value, double Error)
    {
        public static Measured? Of(List<(double Value, double Error)> fits)
        {
            if (fits.Count == 0)
            {
                return null;
            }

            var best = fits.MinBy(fit => fit.Error);
            return new(best.Value, best.Error);
        }

        public override string ToString() => $"{Numbers.Text(Value)} ± {Numbers.Text(Error)}";
    }
}
