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
    /// <summary>A weight decay smaller than this is none: it changes no weight in a training of any length.</summary>
    private const double NoDecay = 1e-7;

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
        var (a, b) = (new MomentumFits(first, names), new MomentumFits(second, names));
        var causes = new List<Finding>();
        Decay(a, b, causes);
        Coefficients(first, second, a, b, causes);
        Step(first, second, b, causes);
        if (a[ParameterGroup.Decay].Decay is { } decay && !IsZero(decay))
        {
            causes.AddRange(MovedParameters.Examine(first, second, comparison, names, decay.Value));
        }

        var (expected, entered) = (a[ParameterGroup.Decay].Decay, b[ParameterGroup.Decay].Decay);
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

    private static void Decay(MomentumFits a, MomentumFits b, List<Finding> causes)
    {
        var (noA, yesA, noB, yesB) = (
            a[ParameterGroup.NoDecay].Decay,
            a[ParameterGroup.Decay].Decay,
            b[ParameterGroup.NoDecay].Decay,
            b[ParameterGroup.Decay].Decay
        );
        if (noA is null || yesA is null || noB is null || yesB is null || (Same(noA, noB) && Same(yesA, yesB)))
        {
            return;
        }

        string[] evidence =
        [
            $"weight decay of norms and the head's biases: expected {noA}, fitted {noB}",
            $"weight decay of convolution weights: expected {yesA}, fitted {yesB}",
        ];
        var cause =
            IsZero(yesB) && IsZero(noB) ? CauseCatalogue.WeightDecayMissing.Found(b.Fit, evidence)
            : IsZero(yesB) ? CauseCatalogue.WeightDecayWrongGroup.Found(b.Fit, evidence)
            : !IsZero(noB) && IsZero(noA) && Same(yesA, yesB) ? CauseCatalogue.WeightDecayAllGroups.Found(b.Fit, evidence)
            : CauseCatalogue.WeightDecayOther.Found(
                Same(yesA, yesB)
                    ? $"Weight decay of norms and the head's biases is {Numbers.Text(noB.Value)}, not {Numbers.Text(noA.Value)}."
                    : $"Weight decay is {Numbers.Text(yesB.Value)}, not {Numbers.Text(yesA.Value)}.",
                b.Fit,
                evidence
            );
        causes.Add(new(cause, OptimizerFaults.WeightDecays(IsZero(noB) ? 0 : noB.Value, IsZero(yesB) ? 0 : yesB.Value)));
    }

    private static void Coefficients(ExplainedRun first, ExplainedRun second, MomentumFits a, MomentumFits b, List<Finding> causes)
    {
        var (carryA, carryB) = (a.Carry, b.Carry);
        if (carryA is not null && carryB is not null && IsRescaled(second, carryA.Value, b.Carries))
        {
            causes.Add(
                new(
                    CauseCatalogue.MomentumRescaled.Found(
                        b.Fit,
                        [
                            $"m = a g + b w + c m: c is {Numbers.Text(b.Carries.Values)}, expected {carryA}; the rates are "
                                + Numbers.Text(second.Rates),
                        ]
                    ),
                    OptimizerFaults.MomentumRescaled()
                )
            );
        }
        else if (carryA is not null && carryB is not null && !Numbers.Near(carryA.Value, carryB.Value, 0.005))
        {
            causes.Add(
                new(
                    CauseCatalogue.Momentum.Found(
                        $"Momentum is {Numbers.Text(carryB.Value)}, not {Numbers.Text(carryA.Value)}.",
                        b.Fit,
                        [$"m = a g + b w + c m: c is {carryB}, expected {carryA}"]
                    ),
                    OptimizerFaults.Momentum(Math.Clamp(carryB.Value, 0, 0.9999))
                )
            );
        }

        // What right clipping leaves of this run's own gradients, which need not be the other's.
        var limit = first.Recipe?.ClipGradNorm;
        var expected = MomentumFits.Groups.ToDictionary(
            group => group,
            group =>
                first.Recipe is null
                    ? a[group].Shares
                    : [.. b.GradientNorms[group].Select(norm => limit is null ? 1 : Math.Min(1, limit.Value / (norm + 1e-6)))],
            StringComparer.Ordinal
        );
        var ratios = MomentumFits.Groups.ToDictionary(
            group => group,
            group => b[group].Shares.Zip(expected[group], (found, right) => found / right).ToList(),
            StringComparer.Ordinal
        );
        if (MomentumFits.Groups.All(group => ratios[group].All(ratio => Numbers.Near(ratio, 1, 0.005))))
        {
            return;
        }

        if (
            MomentumFits.Groups.All(group =>
                ratios[group].Count > 1 && ratios[group].Zip(second.Rates).All(pair => Numbers.Near(pair.First, pair.Second, 0.005))
            )
        )
        {
            causes.Add(
                CauseCatalogue.MomentumHoldsRate.Found(
                    b.Fit,
                    [
                        $"gradients enter momentum times {Numbers.Text(ratios[ParameterGroup.Decay])}; the rates are "
                            + Numbers.Text(second.Rates),
                    ]
                )
            );
            return;
        }

        string[] evidence =
        [
            .. MomentumFits.Groups.Select(group =>
                $"{group}: gradients enter with {Numbers.Text(b[group].Shares)}; expected {Numbers.Text(expected[group])}"
            ),
        ];
        var later = MomentumFits.Groups.SelectMany(group => ratios[group].Skip(1)).ToList();
        causes.Add(
            later.Count > 0
            && MomentumFits.Groups.All(group => ratios[group].Count == 0 || Numbers.Near(ratios[group][0], 1, 0.005))
            && later.All(ratio => ratio < 1 && Numbers.Near(ratio, later[0], 0.005))
                ? new Finding(
                    CauseCatalogue.Dampening.Found(
                        $"Gradients enter momentum dampened by {Numbers.Text(1 - later[0])} after the first step.",
                        b.Fit,
                        evidence
                    ),
                    OptimizerFaults.Dampening(1 - later[0], carryB?.Value ?? 0.9)
                )
                : Clipping.Of(limit, b, evidence)
        );
    }

    /// <summary>Whether momentum goes on times the new rate over the last one, and the rate changes.</summary>
    private static bool IsRescaled(ExplainedRun run, double carry, IReadOnlyDictionary<int, double> found)
    {
        var ratios = found.Keys.ToDictionary(iteration => iteration, iteration => run.Rates[iteration] / run.Rates[iteration - 1]);
        return ratios.Values.Any(ratio => !Numbers.Near(ratio, 1))
            && found.All(pair => Numbers.Near(pair.Value, carry * ratios[pair.Key], 0.002));
    }

    private static void Step(ExplainedRun first, ExplainedRun second, MomentumFits b, List<Finding> causes)
    {
        if (StepFit.Of(first) is not { } right || StepFit.Of(second) is not { } found || b.Carry is not { } carry)
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

    private static bool Same(Measured a, Measured b) =>
        Math.Abs(a.Value - b.Value)
        <= Math.Max(0.02 * Math.Max(Math.Abs(a.Value), Math.Abs(b.Value)), Math.Max(NoDecay, 5 * (a.Error + b.Error)));

    private static bool IsZero(Measured value) => Math.Abs(value.Value) <= Math.Max(NoDecay, 5 * value.Error);
}
