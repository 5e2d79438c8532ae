using PPYolo.Align.Traces;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;

namespace PPYolo.Harness.Explain.Simulation;

/// <summary>Everything that is tried.</summary>
internal static class Suspicions
{
    /// <summary>What enters in the forward pass.</summary>
    public static IReadOnlyList<Suspicion> Forward(NetworkOptions network, int ranks) =>
        [
            new(
                "norm-epsilon",
                TracePhase.Forward,
                value => $"The norms' epsilon is {Numbers.Text(value)}, not {Numbers.Text(network.NormEpsilon)}.",
                value => new() { Network = options => options with { NormEpsilon = value } },
                [1e-8, 1e-6, 1e-4, 1e-3, 1e-2],
                Refined: true
            ),
            Suspicion.Of(
                "norm-eval-mode",
                TracePhase.Forward,
                "Norms are in evaluation mode: they normalize with running statistics.",
                new() { EvaluatesNorms = true }
            ),
            .. ranks > 1
                ?
                [
                    Suspicion.Of(
                        "norm-per-rank",
                        TracePhase.Forward,
                        "Norms see the batch of their own rank alone: statistics are not synchronized.",
                        new() { KeepsStatistics = true }
                    ),
                ]
                : Array.Empty<Suspicion>(),
        ];

    /// <summary>What enters in the losses.</summary>
    public static IReadOnlyList<Suspicion> Loss(NetworkOptions network) =>
        [
            new(
                "scale-x-y",
                TracePhase.Loss,
                value => $"scale_x_y is {Numbers.Text(value)}, not {Numbers.Text(network.ScaleXY)}.",
                value => new() { Network = options => options with { ScaleXY = value } },
                [1.0, 1.1, 1.2, 2.0],
                Refined: true
            ),
            new(
                "ignore-threshold",
                TracePhase.Loss,
                value => $"The ignore threshold is about {Numbers.Text(value)}, not {Numbers.Text(network.IgnoreThreshold)}.",
                value => new() { Network = options => options with { IgnoreThreshold = value } },
                [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.75, 0.8, 0.9, 1.0],
                Refined: true
            ),
            .. network.AnchorMasks.Length > 1 && network.AnchorMasks.All(mask => mask.Length == network.AnchorMasks[0].Length)
                ?
                [
                    Suspicion.Of(
                        "anchors-swapped",
                        TracePhase.Loss,
                        "Levels have each other's anchors.",
                        new() { Network = options => options with { AnchorMasks = [.. options.AnchorMasks.Reverse()] } }
                    ),
                ]
                : Array.Empty<Suspicion>(),
            Suspicion.Of(
                "anchors-swapped",
                TracePhase.Loss,
                "Anchors have width and height exchanged.",
                new()
                {
                    Network = options =>
                        options with
                        {
                            Anchors = [.. options.Anchors.Select(anchor => new AnchorSize(anchor.Height, anchor.Width))],
                        },
                }
            ),
            new(
                "iou-loss-weight",
                TracePhase.Loss,
                value => $"The IoU loss has weight {Numbers.Text(value)}, not {Numbers.Text(network.IouLossWeight)}.",
                value => new() { Network = options => options with { IouLossWeight = value } },
                [0.5, 1, 2, 5],
                Refined: true
            ),
            .. BatchChange.OfTargets.Select(change =>
                Suspicion.Of(change.Id, TracePhase.Loss, change.Title, new() { Batch = change.Apply })
            ),
        ];

    /// <summary>
    /// What changes weights from one iteration to the next: tried on whole runs, where the optimizer's parts were not recorded.
    /// </summary>
    public static IReadOnlyList<Suspicion> Training(NetworkOptions network, TrainingRecipe recipe) =>
        [
            new(
                "momentum",
                TracePhase.Momentum,
                value => $"Momentum is about {Numbers.Text(value)}, not {Numbers.Text(recipe.Momentum)}.",
                value => new() { Recipe = right => right with { Momentum = value } },
                [0, 0.5, 0.8, 0.85, 0.88, 0.92, 0.95, 0.99],
                Refined: true
            ),
            Suspicion.Of(
                "weight-decay-missing",
                TracePhase.Momentum,
                "There is no weight decay.",
                new() { Recipe = right => right with { WeightDecay = 0 } }
            ),
            new(
                "weight-decay-other",
                TracePhase.Momentum,
                value => $"Weight decay is about {Numbers.Text(value)}, not {Numbers.Text(recipe.WeightDecay)}.",
                value => new() { Recipe = right => right with { WeightDecay = value } },
                [recipe.WeightDecay * 0.1, recipe.WeightDecay * 10]
            ),
            .. recipe.ClipGradNorm is null
                ? Array.Empty<Suspicion>()
                :
                [
                    Suspicion.Of(
                        "clipping-missing",
                        TracePhase.Momentum,
                        "Gradients are not clipped.",
                        new() { Recipe = right => right with { ClipGradNorm = null } }
                    ),
                ],
            new(
                "norm-momentum",
                TracePhase.Buffers,
                value => $"The norms' momentum is about {Numbers.Text(value)}, not {Numbers.Text(network.NormMomentum)}.",
                value => new() { Network = options => options with { NormMomentum = value } },
                [0, 0.01, 0.05, 0.9],
                Refined: true
            ),
            Suspicion.Of(
                "ema-no-ramp",
                TracePhase.Ema,
                "The moving average's decay does not rise.",
                new() { Recipe = right => right with { EmaDecayType = EmaDecayType.Normal } }
            ),
            Suspicion.Of(
                "ema-other-ramp",
                TracePhase.Ema,
                "The moving average's decay rises otherwise.",
                new() { Recipe = right => right with { EmaDecayType = EmaDecayType.Exponential } }
            ),
            .. Enumerable
                .Range(-1, 5)
                .Where(stage => stage != network.FreezeAt)
                .Select(stage =>
                    Suspicion.Of(
                        stage < network.FreezeAt ? "freeze-ignored" : "frozen-too-far",
                        TracePhase.Gradient,
                        $"The backbone is frozen as of freeze_at {stage}, not {network.FreezeAt}.",
                        new() { Network = options => options with { FreezeAt = stage } }
                    )
                ),
        ];
}
