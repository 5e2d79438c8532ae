using PPYolo.Harness.Faults;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults;

/// <summary>The faults, one switch each.</summary>
internal static class PlantedFaults
{
    private const string SquareKey = "backbone.res2.res2a.branch2b.conv.weight",
        NeckKey = "neck.yolo_transition_0.conv.weight",
        TipBias = "neck.yolo_block_1.tip.batch_norm.bias";

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new("learning rate one step late", "rate-shifted", OptimizerFaults.RateLate(), "1 schedule rate"),
        new("learning rate times ranks", "rate-factor", OptimizerFaults.RateTimesRanks(), "0 schedule rate", 2),
        new("warm-up missing", "warm-up-missing", OptimizerFaults.WarmUpMissing(), "0 schedule rate"),
        new("learning rate applied twice", "rate-applied", OptimizerFaults.StepTimes(2), "0 weights *"),
        new("momentum 0.85", "momentum", OptimizerFaults.Momentum(0.85), "1 momentum *"),
        new("Nesterov momentum", "nesterov", OptimizerFaults.Nesterov(), "0 weights *"),
        new("dampening 0.2", "dampening", OptimizerFaults.Dampening(), "1 momentum *"),
        new("weight decay missing", "weight-decay-missing", OptimizerFaults.WeightDecay(0), "0 momentum *"),
        new("weight decay on the other group", "weight-decay-wrong-group", OptimizerFaults.WeightDecayInTheWrongGroup(), "0 momentum *"),
        new("weight decay on all groups", "weight-decay-all-groups", OptimizerFaults.WeightDecayInAllGroups(), "0 momentum *"),
        new("clipping missing", "clipping-missing", OptimizerFaults.ClippingMissing(), "0 momentum *"),
        new("clipping by the joint norm", "clipping-joint", OptimizerFaults.ClippingByTheJointNorm(), "0 momentum *"),
        new("gradients not cleared", "gradients-accumulated", GradientFaults.NotCleared(), "1 gradient *"),
        new("loss scale left in gradients", "gradient-scale", GradientFaults.LossTimes(1024), "0 backward *"),
        new("loss summed over images", "loss-summed", GradientFaults.LossSummedOverImages(), "0 backward *"),
        new("gradients summed over ranks", "gradients-summed-over-ranks", RankFaults.GradientsSummed(), "0 reduction *", 2),
        new("one rank's gradient missing", "rank-missing", RankFaults.OnlyRank0(), "0 reduction *", 2),
        new("gradient of one tensor dropped", "gradient-dropped", GradientFaults.Dropped(TipBias), $"0 gradient {TipBias}"),
        new("freeze_at ignored", "freeze-ignored", NetworkFaults.FreezeAt(-1), "0 backward backbone.res3.res3a.short.pool"),
        new("frozen too far", "frozen-too-far", NetworkFaults.FreezeAt(2), "0 backward backbone.res5.res5a.short.pool"),
        new("EMA decay constant", "ema-no-ramp", AverageFaults.NoRamp(0.9), "0 ema *"),
        new("EMA decay of another ramp", "ema-other-ramp", AverageFaults.OtherRamp(), "0 ema *"),
        new("EMA update count off by one", "ema-step-shifted", AverageFaults.CountAhead(), "0 ema *"),
        new("EMA before the optimizer", "ema-before-optimizer", AverageFaults.BeforeTheOptimizer(), "0 ema *"),
        new("EMA saved uncorrected", "ema-not-corrected", AverageFaults.SavedUncorrected(), "3 end *"),
        new("EMA without running statistics", "ema-buffers-left-out", AverageFaults.StatisticsCopied(), "0 ema *"),
        new("norm momentum 0.01", "norm-momentum", NormFaults.Momentum(0.01), "0 buffers *"),
        new("biased running variance", "norm-biased-variance", NormFaults.BiasedVariance(), "0 buffers *"),
        new("norms in evaluation mode", "norm-eval-mode", NormFaults.EvaluationMode(), "0 forward backbone.conv1.conv1_1"),
        new("running statistics frozen", "norm-frozen", NormFaults.Momentum(0), "0 buffers *"),
        new("norm epsilon 1e-3", "norm-epsilon", NormFaults.Epsilon(1e-3), "0 forward backbone.conv1.conv1_1"),
        new("norms of each rank alone", "norm-per-rank", RankFaults.StatisticsOfEachRank(), "0 forward backbone.conv1.conv1_1", 2),
        new("one weight not loaded", "weights-not-loaded", WeightFaults.NotLoaded(NeckKey), $"0 start {NeckKey}"),
        new("one weight transposed", "weights-transposed", WeightFaults.Transposed(SquareKey), $"0 start {SquareKey}"),
        new("channels of a weight permuted", "weights-permuted", WeightFaults.Permuted(NeckKey), $"0 start {NeckKey}"),
        new("BGR for RGB", "channel-order", Alteration.OfBatch(BatchFaults.ReverseChannels), "0 data image"),
        new("other normalization constants", "normalization", Alteration.OfBatch(BatchFaults.NormalizeOtherwise), "0 data image"),
        new("anchors of levels swapped", "anchors-swapped", NetworkFaults.AnchorsOfLevelsExchanged(), "0 loss *"),
        new("scale_x_y ignored", "scale-x-y", NetworkFaults.ScaleXY(1), "0 loss loss_xy"),
        new("ignore threshold 0.43", "ignore-threshold", NetworkFaults.IgnoreThreshold(0.43), "* loss loss_obj"),
        new("weight of the IoU loss 1", "iou-loss-weight", NetworkFaults.IouLossWeight(1), "0 loss loss_iou"),
        new("score of mixed objects ignored", "score-ignored", Alteration.OfBatch(BatchFaults.IgnoreScores), "* data target*"),
        new("batches in another order", "batch-order", BatchFaults.Reordered(iteration => iteration ^ 1), "0 data image"),
        new("another batch", "batch-other", BatchFaults.Reordered(iteration => iteration + 100), "0 data image"),
        new("ranks have each other's batches", "rank-order", RankFaults.BatchesOfEachOther(), "0 data image", 2),
        new(
            "convolutions in bfloat16",
            "lower-precision",
            NetworkFaults.Rounded(ScalarType.BFloat16),
            "0 forward backbone.conv1.conv1_1.conv"
        ),
        new(
            "convolutions in float16",
            "lower-precision",
            NetworkFaults.Rounded(ScalarType.Float16),
            "0 forward backbone.conv1.conv1_1.conv"
        ),
        new("DropBlock left on", "dropblock-on", NetworkFaults.DropBlockOn(), "0 forward neck.yolo_block_0.conv_module.dropblock"),
    ];

    /// <summary>The fault of a name.</summary>
    public static PlantedFault Of(string name) => All.Single(fault => fault.Name == name);
}
