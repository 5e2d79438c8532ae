using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Explain.Simulation;

/// <summary>Everything that is tried.</summary>
internal static class Suspicions
{
    private static readonly double[] Epsilons = [1e-8, 1e-6, 1e-4, 1e-3, 1e-2];

    /// <summary>What enters in the forward pass.</summary>
    /// <param name="network">The right network.</param>
    /// <param name="ranks">Ranks that train together.</param>
    /// <param name="place">The first module that differs; null where none is known.</param>
    public static IReadOnlyList<Suspicion> Forward(NetworkOptions network, int ranks, string? place) =>
        [
            new(
                CauseCatalogue.NormEpsilon,
                value => $"The norms' epsilon is {Numbers.Text(value)}, not {Numbers.Text(network.NormEpsilon)}.",
                NormFaults.Epsilon,
                Epsilons,
                Refined: true
            ),
            Suspicion.Of(CauseCatalogue.NormEvalMode, NormFaults.EvaluationMode()),
            Suspicion.Of(CauseCatalogue.NormUnbiasedDeviation, SpreadFaults.UnbiasedDeviation()),
            .. Parts(place).SelectMany(part => OfPart(network, part)),
            .. network.FreezeAt >= 0
                ? [Suspicion.Of(CauseCatalogue.FrozenNormEval, NormFaults.FrozenInEvaluationMode())]
                : Array.Empty<Suspicion>(),
            .. WiringFaults.Joins(network).Where(join => IsAt(place, join.Module)).SelectMany(OfJoin),
            .. place is null || place.Contains("spp", StringComparison.Ordinal)
                ? WiringFaults.OrdersOfPools.Select(order =>
                    Suspicion.Of(
                        CauseCatalogue.ConcatOrder,
                        $"The map and its pools are joined in the order {string.Join(", ", order.Select(part => Pooled[part]))}.",
                        WiringFaults.Pools(order)
                    )
                )
                : [],
            .. network.CoordConv && IsAt(place, "neck")
                ? WiringFaults.OtherCoordinates.Select(other =>
                    Suspicion.Of(
                        CauseCatalogue.CoordinatesRange,
                        $"Coordinate channels are {other.Name}, not x and then y from -1 to 1.",
                        WiringFaults.Coordinates(other.Make)
                    )
                )
                : [],
            Suspicion.Of(
                CauseCatalogue.LowerPrecision,
                "Convolutions are computed in lower precision: bfloat16 (8 bits).",
                NetworkFaults.Rounded(ScalarType.BFloat16)
            ),
            Suspicion.Of(
                CauseCatalogue.LowerPrecision,
                "Convolutions are computed in lower precision: TF32 or float16 (11 bits).",
                NetworkFaults.Rounded(ScalarType.Float16)
            ),
            .. ranks > 1 ? [Suspicion.Of(CauseCatalogue.NormPerRank, RankFaults.StatisticsOfEachRank())] : Array.Empty<Suspicion>(),
        ];

    private static readonly string[] Pooled = ["map", "5", "9", "13"];

    /// <summary>The module that differs first, and those that it is a part of, without the whole network.</summary>
    private static IEnumerable<string> Parts(string? place)
    {
        for (var part = place; part is not null && part.Contains('.'); part = part[..part.LastIndexOf('.')])
        {
            yield return part;
        }
    }

    private static bool IsAt(string? place, string module) =>
        place is null || place == module || place.StartsWith(module + ".", StringComparison.Ordinal);

    /// <summary>What may be wrong with the norms of one part alone.</summary>
    private static IEnumerable<Suspicion> OfPart(NetworkOptions network, string part) =>
        [
            Suspicion.Of(
                CauseCatalogue.NormEvalMode,
                $"The norms of {part} alone are in evaluation mode.",
                NormFaults.EvaluationMode(part)
            ),
            new(
                CauseCatalogue.NormEpsilon,
                value => $"The epsilon of the norms of {part} alone is {Numbers.Text(value)}, not {Numbers.Text(network.NormEpsilon)}.",
                value => NormFaults.Epsilon(value, part),
                Epsilons,
                Refined: true
            ),
        ];

    /// <summary>What may be wrong where the neck joins two maps.</summary>
    private static IEnumerable<Suspicion> OfJoin(WiringFaults.Join join) =>
        [
            Suspicion.Of(
                CauseCatalogue.ConcatOrder,
                $"Maps are joined in the other order before {join.Module}.",
                WiringFaults.Exchanged(join)
            ),
            .. new[] { false, true }.Select(corners =>
                Suspicion.Of(
                    CauseCatalogue.InterpolationMode,
                    $"The map from above is enlarged bilinearly{(corners ? ", with aligned corners," : "")} before {join.Module}, not by "
                        + "repetition.",
                    WiringFaults.Interpolated(join, corners)
                )
            ),
        ];

    /// <summary>What enters in the losses.</summary>
    public static IReadOnlyList<Suspicion> Loss(NetworkOptions network) =>
        [
            new(
                CauseCatalogue.ScaleXY,
                value => $"scale_x_y is {Numbers.Text(value)}, not {Numbers.Text(network.ScaleXY)}.",
                NetworkFaults.ScaleXY,
                [1.0, 1.1, 1.2, 2.0],
                Refined: true
            ),
            new(
                CauseCatalogue.IgnoreThreshold,
                value => $"The ignore threshold is about {Numbers.Text(value)}, not {Numbers.Text(network.IgnoreThreshold)}.",
                NetworkFaults.IgnoreThreshold,
                [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.75, 0.8, 0.9, 1.0],
                Refined: true
            ),
            .. network.AnchorMasks.Length > 1 && network.AnchorMasks.All(mask => mask.Length == network.AnchorMasks[0].Length)
                ?
                [
                    Suspicion.Of(
                        CauseCatalogue.AnchorsSwapped,
                        "Levels have each other's anchors.",
                        NetworkFaults.AnchorsOfLevelsExchanged()
                    ),
                ]
                : Array.Empty<Suspicion>(),
            Suspicion.Of(CauseCatalogue.AnchorsSwapped, "Anchors have width and height exchanged.", NetworkFaults.AnchorsTransposed()),
            new(
                CauseCatalogue.IouLossWeight,
                value => $"The IoU loss has weight {Numbers.Text(value)}, not {Numbers.Text(network.IouLossWeight)}.",
                NetworkFaults.IouLossWeight,
                [0.5, 1, 2, 5],
                Refined: true
            ),
            .. BatchChange.OfTargets.Select(change =>
                Suspicion.Of(change.Cause, Alteration.OfBatch(change.Apply)) with
                {
                    Phase = TracePhase.Loss,
                }
            ),
        ];

    /// <summary>What enters on the way back.</summary>
    public static IReadOnlyList<Suspicion> Backward(int ranks) =>
        ranks > 1
            ? [.. new[] { true, false }.Select(own => Suspicion.Of(CauseCatalogue.NormBackwardPerRank, RankFaults.BackwardOfEachRank(own)))]
            : [];

    /// <summary>
    /// What changes weights from one iteration to the next: tried on whole runs, where the optimizer's parts were not recorded.
    /// </summary>
    public static IReadOnlyList<Suspicion> Training(NetworkOptions network, TrainingRecipe recipe) =>
        [
            new(
                CauseCatalogue.Momentum,
                value => $"Momentum is about {Numbers.Text(value)}, not {Numbers.Text(recipe.Momentum)}.",
                OptimizerFaults.Momentum,
                [0, 0.5, 0.8, 0.85, 0.88, 0.92, 0.95, 0.99],
                Refined: true
            ),
            .. recipe.StartFactor == 1
                ? Array.Empty<Suspicion>()
                :
                [
                    Suspicion.Of(
                        CauseCatalogue.RateFirst,
                        recipe.FirstRate == FirstRate.Full
                            ? "Iteration 0 has the schedule's rate, not the full one (firstRate)."
                            : "Iteration 0 has the full rate, not the schedule's (firstRate).",
                        OptimizerFaults.FirstRateOtherwise()
                    ),
                ],
            Suspicion.Of(CauseCatalogue.RateShifted, "The learning rate is one step late.", OptimizerFaults.RateLate()),
            Suspicion.Of(CauseCatalogue.WeightDecayMissing, OptimizerFaults.WeightDecay(0)),
            new(
                CauseCatalogue.WeightDecayOther,
                value => $"Weight decay is about {Numbers.Text(value)}, not {Numbers.Text(recipe.WeightDecay)}.",
                OptimizerFaults.WeightDecay,
                [recipe.WeightDecay * 0.1, recipe.WeightDecay * 10]
            ),
            .. recipe.ClipGradNorm is null
                ? Array.Empty<Suspicion>()
                : [Suspicion.Of(CauseCatalogue.ClippingMissing, OptimizerFaults.ClippingMissing())],
            new(
                CauseCatalogue.NormMomentum,
                value => $"The norms' momentum is about {Numbers.Text(value)}, not {Numbers.Text(network.NormMomentum)}.",
                NormFaults.Momentum,
                [0, 0.01, 0.05, 0.9],
                Refined: true
            ),
            Suspicion.Of(CauseCatalogue.EmaNoRamp, AverageFaults.NoRamp()),
            Suspicion.Of(CauseCatalogue.EmaOtherRamp, AverageFaults.OtherRamp()),
            .. Enumerable
                .Range(-1, 5)
                .Where(stage => stage != network.FreezeAt)
                .Select(stage =>
                    Suspicion.Of(
                        stage < network.FreezeAt ? CauseCatalogue.FreezeIgnored : CauseCatalogue.FrozenTooFar,
                        $"The backbone is frozen as of freeze_at {stage}, not {network.FreezeAt}.",
                        NetworkFaults.FreezeAt(stage)
                    )
                ),
        ];
}
