using System.Collections.Immutable;
using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain;

/// <summary>
/// Every cause that can be named, in the order of execution. What is added here needs a law or a suspicion that finds it; docs/causes.md
/// lists it.
/// </summary>
internal static class CauseCatalogue
{
    public static readonly CauseKind WeightsOther = new("weights-other", "Start weights have other tensors.", TracePhase.Start);
    public static readonly CauseKind WeightsNotLoaded = new("weights-not-loaded", "A start weight was not loaded.", TracePhase.Start);
    public static readonly CauseKind WeightsScaled = new("weights-scaled", "A start weight is scaled.", TracePhase.Start);
    public static readonly CauseKind WeightsTransposed = new("weights-transposed", "A start weight is transposed.", TracePhase.Start);
    public static readonly CauseKind WeightsPermuted = new(
        "weights-permuted",
        "A start weight has its channels in another order.",
        TracePhase.Start
    );
    public static readonly CauseKind BatchOther = new("batch-other", "The batch is another.", TracePhase.Data);
    public static readonly CauseKind BatchOrder = new("batch-order", "Batches come in another order.", TracePhase.Data);
    public static readonly CauseKind ImageOrder = new("image-order", "Images of a batch come in another order.", TracePhase.Data);
    public static readonly CauseKind RankOrder = new("rank-order", "Ranks have each other's batches.", TracePhase.Data);
    public static readonly CauseKind ChannelOrder = new(
        "channel-order",
        "Images have their channels in reverse: BGR where RGB is expected, or the other way round.",
        TracePhase.Data
    );
    public static readonly CauseKind Normalization = new("normalization", "Images are normalized with other constants.", TracePhase.Data);
    public static readonly CauseKind TargetsOther = new("targets-other", "Targets are assigned otherwise.", TracePhase.Data);
    public static readonly CauseKind ScoreIgnored = new(
        "score-ignored",
        "The share of a mixed image that an object has is ignored: its score counts as 1.",
        TracePhase.Data
    );
    public static readonly CauseKind BoxWeightIgnored = new("box-weight-ignored", "The weight of small boxes is ignored.", TracePhase.Data);
    public static readonly CauseKind DropBlockOn = new("dropblock-on", "DropBlock drops where it is to be off.", TracePhase.Forward);
    public static readonly CauseKind DropBlockOff = new(
        "dropblock-off",
        "DropBlock drops nothing where it is to be on.",
        TracePhase.Forward
    );
    public static readonly CauseKind DropBlockRandom = new(
        "dropblock-random",
        "DropBlock drops other cells: its random numbers differ.",
        TracePhase.Forward
    );
    public static readonly CauseKind LowerPrecision = new(
        "lower-precision",
        "Convolutions are computed in lower precision.",
        TracePhase.Forward
    );
    public static readonly CauseKind NormEpsilon = new("norm-epsilon", "The norms' epsilon is another.", TracePhase.Forward);
    public static readonly CauseKind NormEvalMode = new(
        "norm-eval-mode",
        "Norms are in evaluation mode: they normalize with running statistics.",
        TracePhase.Forward
    );
    public static readonly CauseKind NormPerRank = new(
        "norm-per-rank",
        "Norms see the batch of their own rank alone: statistics are not synchronized.",
        TracePhase.Forward
    );
    public static readonly CauseKind RankCount = new("rank-count", "The number of ranks makes the difference.", TracePhase.Forward);
    public static readonly CauseKind NormMomentum = new(
        "norm-momentum",
        "The norms' momentum is another, or turned round.",
        TracePhase.Buffers
    );
    public static readonly CauseKind NormFrozen = new("norm-frozen", "Running statistics are frozen.", TracePhase.Buffers);
    public static readonly CauseKind NormBiasedVariance = new(
        "norm-biased-variance",
        "Running variances take in the biased variance of the batch.",
        TracePhase.Buffers
    );
    public static readonly CauseKind ScaleXY = new("scale-x-y", "scale_x_y is another.", TracePhase.Loss);
    public static readonly CauseKind IgnoreThreshold = new("ignore-threshold", "The ignore threshold is another.", TracePhase.Loss);
    public static readonly CauseKind AnchorsSwapped = new(
        "anchors-swapped",
        "Levels have each other's anchors, or anchors have width and height exchanged.",
        TracePhase.Loss
    );
    public static readonly CauseKind IouLossWeight = new("iou-loss-weight", "The IoU loss has another weight.", TracePhase.Loss);
    public static readonly CauseKind LossSummed = new("loss-summed", "The loss is summed over images, not averaged.", TracePhase.Loss);
    public static readonly CauseKind LossScale = new("loss-scale", "The loss is a multiple of what it should be.", TracePhase.Loss);
    public static readonly CauseKind FreezeIgnored = new(
        "freeze-ignored",
        "Parameters that are to be frozen are trained.",
        TracePhase.Gradient
    );
    public static readonly CauseKind FrozenTooFar = new(
        "frozen-too-far",
        "Parameters that are to be trained are frozen.",
        TracePhase.Gradient
    );
    public static readonly CauseKind GradientDropped = new("gradient-dropped", "Single parameters get no gradient.", TracePhase.Gradient);
    public static readonly CauseKind GradientsAccumulated = new(
        "gradients-accumulated",
        "Gradients are not cleared between iterations.",
        TracePhase.Gradient
    );
    public static readonly CauseKind RankMissing = new(
        "rank-missing",
        "A rank's gradient is missing from the average.",
        TracePhase.Reduction
    );
    public static readonly CauseKind GradientsSummedOverRanks = new(
        "gradients-summed-over-ranks",
        "Gradients are summed over ranks, not averaged.",
        TracePhase.Reduction
    );
    public static readonly CauseKind ReductionOther = new(
        "reduction-other",
        "Gradients of ranks are weighed otherwise.",
        TracePhase.Reduction
    );
    public static readonly CauseKind WarmUpMissing = new(
        "warm-up-missing",
        "The learning rate does not warm up: it is the full rate from the start.",
        TracePhase.Schedule
    );
    public static readonly CauseKind RateShifted = new(
        "rate-shifted",
        "The learning rate is some steps late or early.",
        TracePhase.Schedule
    );
    public static readonly CauseKind RateFactor = new(
        "rate-factor",
        "The learning rate is a multiple of what it should be.",
        TracePhase.Schedule
    );
    public static readonly CauseKind RateOther = new("rate-other", "The learning rates follow another schedule.", TracePhase.Schedule);
    public static readonly CauseKind Momentum = new("momentum", "Momentum is another.", TracePhase.Momentum);
    public static readonly CauseKind Dampening = new(
        "dampening",
        "Gradients enter momentum dampened after the first step.",
        TracePhase.Momentum
    );
    public static readonly CauseKind WeightDecayMissing = new("weight-decay-missing", "There is no weight decay.", TracePhase.Momentum);
    public static readonly CauseKind WeightDecayWrongGroup = new(
        "weight-decay-wrong-group",
        "Weight decay is on norms and biases instead of convolution weights.",
        TracePhase.Momentum
    );
    public static readonly CauseKind WeightDecayAllGroups = new(
        "weight-decay-all-groups",
        "Weight decay is on norms and biases too.",
        TracePhase.Momentum
    );
    public static readonly CauseKind WeightDecayOther = new("weight-decay-other", "Weight decay is another.", TracePhase.Momentum);
    public static readonly CauseKind ClippingMissing = new("clipping-missing", "Gradients are not clipped.", TracePhase.Momentum);
    public static readonly CauseKind ClippingOther = new("clipping-other", "Gradients are clipped at another norm.", TracePhase.Momentum);
    public static readonly CauseKind ClippingJoint = new(
        "clipping-joint",
        "Gradients are clipped by the norm of all groups together, not of each.",
        TracePhase.Momentum
    );
    public static readonly CauseKind GradientScale = new(
        "gradient-scale",
        "Gradients are multiplied, by a loss scale that is not taken out again or in the optimizer.",
        TracePhase.Momentum
    );
    public static readonly CauseKind GradientShare = new(
        "gradient-share",
        "The optimizer takes another share of gradients.",
        TracePhase.Momentum
    );
    public static readonly CauseKind Nesterov = new(
        "nesterov",
        "The step is Nesterov's: it looks ahead by the momentum.",
        TracePhase.Weights
    );
    public static readonly CauseKind WeightStep = new("weight-step", "Weights do not follow the momentum.", TracePhase.Weights);
    public static readonly CauseKind RateApplied = new(
        "rate-applied",
        "Weights move by a multiple of the learning rate that was recorded.",
        TracePhase.Weights
    );
    public static readonly CauseKind EmaBeforeOptimizer = new(
        "ema-before-optimizer",
        "The moving average takes in the weights from before the optimizer's step: it runs one step behind.",
        TracePhase.Ema
    );
    public static readonly CauseKind EmaStart = new(
        "ema-start",
        "The moving average starts at the weights instead of zero.",
        TracePhase.Ema
    );
    public static readonly CauseKind EmaNoRamp = new("ema-no-ramp", "The moving average's decay does not rise.", TracePhase.Ema);
    public static readonly CauseKind EmaOtherRamp = new("ema-other-ramp", "The moving average's decay rises otherwise.", TracePhase.Ema);
    public static readonly CauseKind EmaStepShifted = new(
        "ema-step-shifted",
        "The moving average's decay is some updates ahead or behind.",
        TracePhase.Ema
    );
    public static readonly CauseKind EmaDecay = new("ema-decay", "The moving average's decay is another.", TracePhase.Ema);
    public static readonly CauseKind EmaBuffersLeftOut = new(
        "ema-buffers-left-out",
        "The moving average leaves running statistics out.",
        TracePhase.Ema
    );
    public static readonly CauseKind EmaNotCorrected = new(
        "ema-not-corrected",
        "The saved moving average is not corrected for its start at zero.",
        TracePhase.End
    );

    /// <summary>All of them.</summary>
    public static ImmutableArray<CauseKind> All { get; } =
    [
        WeightsOther,
        WeightsNotLoaded,
        WeightsScaled,
        WeightsTransposed,
        WeightsPermuted,
        BatchOther,
        BatchOrder,
        ImageOrder,
        RankOrder,
        ChannelOrder,
        Normalization,
        TargetsOther,
        ScoreIgnored,
        BoxWeightIgnored,
        DropBlockOn,
        DropBlockOff,
        DropBlockRandom,
        LowerPrecision,
        NormEpsilon,
        NormEvalMode,
        NormPerRank,
        RankCount,
        NormMomentum,
        NormFrozen,
        NormBiasedVariance,
        ScaleXY,
        IgnoreThreshold,
        AnchorsSwapped,
        IouLossWeight,
        LossSummed,
        LossScale,
        FreezeIgnored,
        FrozenTooFar,
        GradientDropped,
        GradientsAccumulated,
        RankMissing,
        GradientsSummedOverRanks,
        ReductionOther,
        WarmUpMissing,
        RateShifted,
        RateFactor,
        RateOther,
        Momentum,
        Dampening,
        WeightDecayMissing,
        WeightDecayWrongGroup,
        WeightDecayAllGroups,
        WeightDecayOther,
        ClippingMissing,
        ClippingOther,
        ClippingJoint,
        GradientScale,
        GradientShare,
        Nesterov,
        WeightStep,
        RateApplied,
        EmaBeforeOptimizer,
        EmaStart,
        EmaNoRamp,
        EmaOtherRamp,
        EmaStepShifted,
        EmaDecay,
        EmaBuffersLeftOut,
        EmaNotCorrected,
    ];
}
