using PPYolo.Align.Traces;

// Longer than others: a catalogue, one entry for each cause, which is read from top to bottom.
namespace PPYolo.Harness.Explain;

/// <summary>
/// Every cause that can be named, in the order of execution. What is added here needs a law or a suspicion that finds it; docs/causes.md
/// lists it.
/// </summary>
internal static class CauseCatalogue
{
    // First, so that it is there when the causes are.
    private static readonly List<CauseKind> Added = [];

    public static readonly CauseKind WeightsOther = Add("weights-other", "Start weights have other tensors.", TracePhase.Start);
    public static readonly CauseKind WeightsNotLoaded = Add("weights-not-loaded", "A start weight was not loaded.", TracePhase.Start);
    public static readonly CauseKind WeightsScaled = Add("weights-scaled", "A start weight is scaled.", TracePhase.Start);
    public static readonly CauseKind WeightsTransposed = Add("weights-transposed", "A start weight is transposed.", TracePhase.Start);
    public static readonly CauseKind WeightsPermuted = Add(
        "weights-permuted",
        "A start weight has its values in another order, such as that of other channels.",
        TracePhase.Start
    );
    public static readonly CauseKind WeightsFlipped = Add(
        "weights-flipped",
        "The kernels of a start weight are turned by 180 degrees, as a convolution's are from a correlation's.",
        TracePhase.Start
    );
    public static readonly CauseKind WeightsExchanged = Add(
        "weights-exchanged",
        "Two start weights have each other's values.",
        TracePhase.Start
    );
    public static readonly CauseKind SharedWeight = Add("shared-weight", "Two layers have the same start weight.", TracePhase.Start);
    public static readonly CauseKind BatchOther = Add("batch-other", "The batch is another.", TracePhase.Data);
    public static readonly CauseKind BatchOrder = Add("batch-order", "Batches come in another order.", TracePhase.Data);
    public static readonly CauseKind ImageOrder = Add("image-order", "Images of a batch come in another order.", TracePhase.Data);
    public static readonly CauseKind RankOrder = Add("rank-order", "Ranks have each other's batches.", TracePhase.Data);
    public static readonly CauseKind ChannelOrder = Add(
        "channel-order",
        "Images have their channels in reverse: BGR where RGB is expected, or the other way round.",
        TracePhase.Data
    );
    public static readonly CauseKind Normalization = Add("normalization", "Images are normalized with other constants.", TracePhase.Data);
    public static readonly CauseKind TargetsOther = Add("targets-other", "Targets are assigned otherwise.", TracePhase.Data);
    public static readonly CauseKind ScoreIgnored = Add(
        "score-ignored",
        "The share of a mixed image that an object has is ignored: its score counts as 1.",
        TracePhase.Data
    );
    public static readonly CauseKind BoxWeightIgnored = Add("box-weight-ignored", "The weight of small boxes is ignored.", TracePhase.Data);
    public static readonly CauseKind FlipWithoutBoxes = Add(
        "flip-without-boxes",
        "Images are flipped and their boxes are not.",
        TracePhase.Data
    );
    public static readonly CauseKind BoxCorners = Add(
        "box-corners",
        "Boxes are corners where centre and size are expected.",
        TracePhase.Data
    );
    public static readonly CauseKind DropBlockOn = Add("dropblock-on", "DropBlock drops where it is to be off.", TracePhase.Forward);
    public static readonly CauseKind DropBlockOff = Add(
        "dropblock-off",
        "DropBlock drops nothing where it is to be on.",
        TracePhase.Forward
    );
    public static readonly CauseKind DropBlockRandom = Add(
        "dropblock-random",
        "DropBlock drops other cells: its random numbers differ.",
        TracePhase.Forward
    );
    public static readonly CauseKind LowerPrecision = Add(
        "lower-precision",
        "Convolutions are computed in lower precision.",
        TracePhase.Forward
    );
    public static readonly CauseKind ModuleScaled = Add(
        "module-scaled",
        "A module's output is a multiple of what it should be.",
        TracePhase.Forward
    );
    public static readonly CauseKind NormEpsilon = Add("norm-epsilon", "The norms' epsilon is another.", TracePhase.Forward);
    public static readonly CauseKind NormUnbiasedDeviation = Add(
        "norm-unbiased-deviation",
        "Norms divide by the unbiased deviation of the batch, where the biased one is due.",
        TracePhase.Forward
    );
    public static readonly CauseKind NormEvalMode = Add(
        "norm-eval-mode",
        "Norms are in evaluation mode: they normalize with running statistics.",
        TracePhase.Forward
    );
    public static readonly CauseKind FrozenNormEval = Add(
        "frozen-norm-eval",
        "Norms of frozen parts are in evaluation mode, the others are not.",
        TracePhase.Forward
    );
    public static readonly CauseKind ConcatOrder = Add("concat-order", "Maps are joined in the other order.", TracePhase.Forward);
    public static readonly CauseKind InterpolationMode = Add(
        "interpolation-mode",
        "A map is enlarged by another interpolation.",
        TracePhase.Forward
    );
    public static readonly CauseKind CoordinatesRange = Add(
        "coordinates-range",
        "Coordinate channels have another range or order.",
        TracePhase.Forward
    );
    public static readonly CauseKind NormPerRank = Add(
        "norm-per-rank",
        "Norms see the batch of their own rank alone: statistics are not synchronized.",
        TracePhase.Forward
    );
    public static readonly CauseKind RankCount = Add("rank-count", "The number of ranks makes the difference.", TracePhase.Forward);
    public static readonly CauseKind NormMomentum = Add(
        "norm-momentum",
        "The norms' momentum is another, or turned round.",
        TracePhase.Buffers
    );
    public static readonly CauseKind NormFrozen = Add("norm-frozen", "Running statistics are frozen.", TracePhase.Buffers);
    public static readonly CauseKind NormBiasedVariance = Add(
        "norm-biased-variance",
        "Running variances take in the biased variance of the batch.",
        TracePhase.Buffers
    );
    public static readonly CauseKind ScaleXY = Add("scale-x-y", "scale_x_y is another.", TracePhase.Loss);
    public static readonly CauseKind IgnoreThreshold = Add("ignore-threshold", "The ignore threshold is another.", TracePhase.Loss);
    public static readonly CauseKind AnchorsSwapped = Add(
        "anchors-swapped",
        "Levels have each other's anchors, or anchors have width and height exchanged.",
        TracePhase.Loss
    );
    public static readonly CauseKind IouLossWeight = Add("iou-loss-weight", "The IoU loss has another weight.", TracePhase.Loss);
    public static readonly CauseKind LossSummed = Add("loss-summed", "The loss is summed over images, not averaged.", TracePhase.Loss);
    public static readonly CauseKind LossScale = Add("loss-scale", "The loss is a multiple of what it should be.", TracePhase.Loss);
    public static readonly CauseKind NormBackwardPerRank = Add(
        "norm-backward-per-rank",
        "Norms share their statistics over ranks, and on the way back they do not.",
        TracePhase.Backward
    );
    public static readonly CauseKind FreezeIgnored = Add(
        "freeze-ignored",
        "Parameters that are to be frozen are trained.",
        TracePhase.Gradient
    );
    public static readonly CauseKind FrozenTooFar = Add(
        "frozen-too-far",
        "Parameters that are to be trained are frozen.",
        TracePhase.Gradient
    );
    public static readonly CauseKind GradientDropped = Add("gradient-dropped", "Single parameters get no gradient.", TracePhase.Gradient);
    public static readonly CauseKind GradientsAccumulated = Add(
        "gradients-accumulated",
        "Gradients are not cleared between iterations.",
        TracePhase.Gradient
    );
    public static readonly CauseKind RankMissing = Add(
        "rank-missing",
        "A rank's gradient is missing from the average.",
        TracePhase.Reduction
    );
    public static readonly CauseKind GradientsSummedOverRanks = Add(
        "gradients-summed-over-ranks",
        "Gradients are summed over ranks, not averaged.",
        TracePhase.Reduction
    );
    public static readonly CauseKind BucketSummed = Add(
        "bucket-summed",
        "Some gradients are summed over ranks, and the others averaged.",
        TracePhase.Reduction
    );
    public static readonly CauseKind BucketNotReduced = Add(
        "bucket-not-reduced",
        "The gradients of some parameters are not averaged over ranks.",
        TracePhase.Reduction
    );
    public static readonly CauseKind ReductionOther = Add(
        "reduction-other",
        "Gradients of ranks are weighed otherwise.",
        TracePhase.Reduction
    );
    public static readonly CauseKind WarmUpMissing = Add(
        "warm-up-missing",
        "The learning rate does not warm up: it is the full rate from the start.",
        TracePhase.Schedule
    );
    public static readonly CauseKind RateFirst = Add(
        "rate-first",
        "The learning rate of iteration 0 alone is another, such as the full one where the schedule's is due.",
        TracePhase.Schedule
    );
    public static readonly CauseKind RateShifted = Add(
        "rate-shifted",
        "The learning rate is some steps late or early.",
        TracePhase.Schedule
    );
    public static readonly CauseKind RateFactor = Add(
        "rate-factor",
        "The learning rate is a multiple of what it should be.",
        TracePhase.Schedule
    );
    public static readonly CauseKind RateOther = Add("rate-other", "The learning rates follow another schedule.", TracePhase.Schedule);
    public static readonly CauseKind Momentum = Add("momentum", "Momentum is another.", TracePhase.Momentum);
    public static readonly CauseKind MomentumRescaled = Add(
        "momentum-rescaled",
        "Momentum is multiplied as the learning rate changes.",
        TracePhase.Momentum
    );
    public static readonly CauseKind Dampening = Add(
        "dampening",
        "Gradients enter momentum dampened after the first step.",
        TracePhase.Momentum
    );
    public static readonly CauseKind WeightDecayMissing = Add("weight-decay-missing", "There is no weight decay.", TracePhase.Momentum);
    public static readonly CauseKind WeightDecayWrongGroup = Add(
        "weight-decay-wrong-group",
        "Weight decay is on norms and biases instead of convolution weights.",
        TracePhase.Momentum
    );
    public static readonly CauseKind WeightDecayAllGroups = Add(
        "weight-decay-all-groups",
        "Weight decay is on norms and biases too.",
        TracePhase.Momentum
    );
    public static readonly CauseKind WeightDecayOther = Add("weight-decay-other", "Weight decay is another.", TracePhase.Momentum);
    public static readonly CauseKind ParameterInNoGroup = Add(
        "parameter-in-no-group",
        "The optimizer has no part of some parameters: they are in none of its groups.",
        TracePhase.Momentum
    );
    public static readonly CauseKind MomentumHoldsRate = Add(
        "momentum-holds-rate",
        "Momentum sums gradients times the learning rate.",
        TracePhase.Momentum
    );
    public static readonly CauseKind WeightDecayDecoupled = Add(
        "weight-decay-decoupled",
        "Weight decay is taken off weights directly, and not put into gradients.",
        TracePhase.Momentum
    );
    public static readonly CauseKind WeightDecayCoupled = Add(
        "weight-decay-coupled",
        "Weight decay is put into gradients, and not taken off weights directly.",
        TracePhase.Momentum
    );
    public static readonly CauseKind AdamBeta1 = Add(
        "adam-beta1",
        "Adam's beta1, the share of the first moment that stays, is another.",
        TracePhase.Momentum
    );
    public static readonly CauseKind AdamBeta2 = Add(
        "adam-beta2",
        "Adam's beta2, the share of the second moment that stays, is another.",
        TracePhase.Momentum
    );
    public static readonly CauseKind ClippingMissing = Add("clipping-missing", "Gradients are not clipped.", TracePhase.Momentum);
    public static readonly CauseKind ClippingOther = Add("clipping-other", "Gradients are clipped at another norm.", TracePhase.Momentum);
    public static readonly CauseKind ClippingJoint = Add(
        "clipping-joint",
        "Gradients are clipped by the norm of all groups together, not of each.",
        TracePhase.Momentum
    );
    public static readonly CauseKind GradientScale = Add(
        "gradient-scale",
        "Gradients are multiplied, by a loss scale that is not taken out again or in the optimizer.",
        TracePhase.Momentum
    );
    public static readonly CauseKind GradientShare = Add(
        "gradient-share",
        "The optimizer takes another share of gradients.",
        TracePhase.Momentum
    );
    public static readonly CauseKind AdamBiasCorrection = Add(
        "adam-bias-correction",
        "Adam's moments are not corrected for their start at zero.",
        TracePhase.Weights
    );
    public static readonly CauseKind AdamEpsilon = Add(
        "adam-epsilon",
        "Adam's epsilon is another, or in another place.",
        TracePhase.Weights
    );
    public static readonly CauseKind Nesterov = Add(
        "nesterov",
        "The step is Nesterov's: it looks ahead by the momentum.",
        TracePhase.Weights
    );
    public static readonly CauseKind WeightStep = Add("weight-step", "Weights do not follow the momentum.", TracePhase.Weights);
    public static readonly CauseKind RateApplied = Add(
        "rate-applied",
        "Weights move by a multiple of the learning rate that was recorded.",
        TracePhase.Weights
    );
    public static readonly CauseKind RateOfGroup = Add(
        "rate-of-group",
        "One group of parameters moves at another learning rate.",
        TracePhase.Weights
    );
    public static readonly CauseKind EmaBeforeOptimizer = Add(
        "ema-before-optimizer",
        "The moving average takes in the weights from before the optimizer's step: it runs one step behind.",
        TracePhase.Ema
    );
    public static readonly CauseKind EmaStart = Add(
        "ema-start",
        "The moving average starts at the weights instead of zero.",
        TracePhase.Ema
    );
    public static readonly CauseKind EmaNoRamp = Add("ema-no-ramp", "The moving average's decay does not rise.", TracePhase.Ema);
    public static readonly CauseKind EmaOtherRamp = Add("ema-other-ramp", "The moving average's decay rises otherwise.", TracePhase.Ema);
    public static readonly CauseKind EmaStepShifted = Add(
        "ema-step-shifted",
        "The moving average's decay is some updates ahead or behind.",
        TracePhase.Ema
    );
    public static readonly CauseKind EmaDecay = Add("ema-decay", "The moving average's decay is another.", TracePhase.Ema);
    public static readonly CauseKind EmaCap = Add("ema-cap", "The moving average's decay rises no further than a cap.", TracePhase.Ema);
    public static readonly CauseKind EmaSeldom = Add("ema-seldom", "The moving average is not updated in every step.", TracePhase.Ema);
    public static readonly CauseKind EmaHalfPrecision = Add(
        "ema-half-precision",
        "The moving average is kept in lower precision.",
        TracePhase.Ema
    );
    public static readonly CauseKind EmaBuffersLeftOut = Add(
        "ema-buffers-left-out",
        "The moving average leaves running statistics out.",
        TracePhase.Ema
    );
    public static readonly CauseKind EmaStatisticsAtStart = Add(
        "ema-statistics-at-start",
        "The moving average's running statistics are those of the start.",
        TracePhase.End
    );
    public static readonly CauseKind EmaIsRaw = Add(
        "ema-is-raw",
        "What is saved as the moving average is the weights as trained.",
        TracePhase.End
    );
    public static readonly CauseKind FilesSwapped = Add(
        "files-swapped",
        "The moving average and the weights as trained have each other's files.",
        TracePhase.End
    );
    public static readonly CauseKind EndHalfPrecision = Add(
        "end-half-precision",
        "Weights or their average are saved in lower precision.",
        TracePhase.End
    );
    public static readonly CauseKind EndFactor = Add(
        "end-factor",
        "All saved tensors are the same multiple of the expected ones.",
        TracePhase.End
    );
    public static readonly CauseKind EmaNotCorrected = Add(
        "ema-not-corrected",
        "The saved moving average is not corrected for its start at zero.",
        TracePhase.End
    );

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CauseKind> All => Added;

    private static CauseKind Add(string id, string meaning, TracePhase phase)
    {
        var kind = new CauseKind(id, meaning, phase);
        Added.Add(kind);
        return kind;
    }
}
