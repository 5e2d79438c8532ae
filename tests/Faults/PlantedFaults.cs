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
        new("learning rate one step late", FaultFamily.Schedule, "rate-shifted", OptimizerFaults.RateLate(), "1 schedule rate"),
        new("learning rate times ranks", FaultFamily.Ranks, "rate-factor", OptimizerFaults.RateTimesRanks(), "0 schedule rate", 2),
        new("warm-up missing", FaultFamily.Schedule, "warm-up-missing", OptimizerFaults.WarmUpMissing(), "0 schedule rate"),
        new("learning rate applied twice", FaultFamily.Optimizer, "rate-applied", OptimizerFaults.StepTimes(2), "0 weights *"),
        new("momentum 0.85", FaultFamily.Optimizer, "momentum", OptimizerFaults.Momentum(0.85), "1 momentum *"),
        new("Nesterov momentum", FaultFamily.Optimizer, "nesterov", OptimizerFaults.Nesterov(), "0 weights *"),
        new("dampening 0.2", FaultFamily.Optimizer, "dampening", OptimizerFaults.Dampening(), "1 momentum *"),
        new("weight decay missing", FaultFamily.Optimizer, "weight-decay-missing", OptimizerFaults.WeightDecay(0), "0 momentum *"),
        new(
            "weight decay on the other group",
            FaultFamily.Optimizer,
            "weight-decay-wrong-group",
            OptimizerFaults.WeightDecayInTheWrongGroup(),
            "0 momentum *"
        ),
        new(
            "weight decay on all groups",
            FaultFamily.Optimizer,
            "weight-decay-all-groups",
            OptimizerFaults.WeightDecayInAllGroups(),
            "0 momentum *"
        ),
        new("clipping missing", FaultFamily.Optimizer, "clipping-missing", OptimizerFaults.ClippingMissing(), "0 momentum *"),
        new(
            "clipping by the joint norm",
            FaultFamily.Optimizer,
            "clipping-joint",
            OptimizerFaults.ClippingByTheJointNorm(),
            "0 momentum *"
        ),
        new("gradients not cleared", FaultFamily.Aliasing, "gradients-accumulated", GradientFaults.NotCleared(), "1 gradient *"),
        new("loss scale left in gradients", FaultFamily.Loss, "gradient-scale", GradientFaults.LossTimes(1024), "0 backward *"),
        new("loss summed over images", FaultFamily.Loss, "loss-summed", GradientFaults.LossSummedOverImages(), "0 backward *"),
        new(
            "gradients summed over ranks",
            FaultFamily.Ranks,
            "gradients-summed-over-ranks",
            RankFaults.GradientsSummed(),
            "0 reduction *",
            2
        ),
        new("one rank's gradient missing", FaultFamily.Ranks, "rank-missing", RankFaults.OnlyRank0(), "0 reduction *", 2),
        new(
            "gradient of one tensor dropped",
            FaultFamily.Aliasing,
            "gradient-dropped",
            GradientFaults.Dropped(TipBias),
            $"0 gradient {TipBias}"
        ),
        new(
            "freeze_at ignored",
            FaultFamily.Backbone,
            "freeze-ignored",
            NetworkFaults.FreezeAt(-1),
            "0 backward backbone.res3.res3a.short.pool"
        ),
        new(
            "frozen too far",
            FaultFamily.Backbone,
            "frozen-too-far",
            NetworkFaults.FreezeAt(2),
            "0 backward backbone.res5.res5a.short.pool"
        ),
        new("EMA decay constant", FaultFamily.Average, "ema-no-ramp", AverageFaults.NoRamp(0.9), "0 ema *"),
        new("EMA decay of another ramp", FaultFamily.Average, "ema-other-ramp", AverageFaults.OtherRamp(), "0 ema *"),
        new("EMA update count off by one", FaultFamily.Average, "ema-step-shifted", AverageFaults.CountAhead(), "0 ema *"),
        new("EMA before the optimizer", FaultFamily.Average, "ema-before-optimizer", AverageFaults.BeforeTheOptimizer(), "0 ema *"),
        new("EMA saved uncorrected", FaultFamily.Average, "ema-not-corrected", AverageFaults.SavedUncorrected(), "3 end *"),
        new("EMA without running statistics", FaultFamily.Average, "ema-buffers-left-out", AverageFaults.StatisticsCopied(), "0 ema *"),
        new("norm momentum 0.01", FaultFamily.Norm, "norm-momentum", NormFaults.Momentum(0.01), "0 buffers *"),
        new("biased running variance", FaultFamily.Norm, "norm-biased-variance", NormFaults.BiasedVariance(), "0 buffers *"),
        new(
            "norms in evaluation mode",
            FaultFamily.Norm,
            "norm-eval-mode",
            NormFaults.EvaluationMode(),
            "0 forward backbone.conv1.conv1_1"
        ),
        new("running statistics frozen", FaultFamily.Norm, "norm-frozen", NormFaults.Momentum(0), "0 buffers *"),
        new("norm epsilon 1e-3", FaultFamily.Norm, "norm-epsilon", NormFaults.Epsilon(1e-3), "0 forward backbone.conv1.conv1_1"),
        new(
            "norms of each rank alone",
            FaultFamily.Ranks,
            "norm-per-rank",
            RankFaults.StatisticsOfEachRank(),
            "0 forward backbone.conv1.conv1_1",
            2
        ),
        new("one weight not loaded", FaultFamily.Weights, "weights-not-loaded", WeightFaults.NotLoaded(NeckKey), $"0 start {NeckKey}"),
        new("one weight transposed", FaultFamily.Weights, "weights-transposed", WeightFaults.Transposed(SquareKey), $"0 start {SquareKey}"),
        new("channels of a weight permuted", FaultFamily.Weights, "weights-permuted", WeightFaults.Permuted(NeckKey), $"0 start {NeckKey}"),
        new("BGR for RGB", FaultFamily.Data, "channel-order", Alteration.OfBatch(BatchFaults.ReverseChannels), "0 data image"),
        new(
            "other normalization constants",
            FaultFamily.Data,
            "normalization",
            Alteration.OfBatch(BatchFaults.NormalizeOtherwise),
            "0 data image"
        ),
        new("anchors of levels swapped", FaultFamily.Loss, "anchors-swapped", NetworkFaults.AnchorsOfLevelsExchanged(), "0 loss *"),
        new("scale_x_y ignored", FaultFamily.Loss, "scale-x-y", NetworkFaults.ScaleXY(1), "0 loss loss_xy"),
        new("ignore threshold 0.43", FaultFamily.Loss, "ignore-threshold", NetworkFaults.IgnoreThreshold(0.43), "* loss loss_obj"),
        new("weight of the IoU loss 1", FaultFamily.Loss, "iou-loss-weight", NetworkFaults.IouLossWeight(1), "0 loss loss_iou"),
        new(
            "score of mixed objects ignored",
            FaultFamily.Targets,
            "score-ignored",
            Alteration.OfBatch(BatchFaults.IgnoreScores),
            "* data target*"
        ),
        new("batches in another order", FaultFamily.Data, "batch-order", BatchFaults.Reordered(iteration => iteration ^ 1), "0 data image"),
        new("another batch", FaultFamily.Data, "batch-other", BatchFaults.Reordered(iteration => iteration + 100), "0 data image"),
        new("ranks have each other's batches", FaultFamily.Ranks, "rank-order", RankFaults.BatchesOfEachOther(), "0 data image", 2),
        new(
            "convolutions in bfloat16",
            FaultFamily.Precision,
            "lower-precision",
            NetworkFaults.Rounded(ScalarType.BFloat16),
            "0 forward backbone.conv1.conv1_1.conv"
        ),
        new(
            "convolutions in float16",
            FaultFamily.Precision,
            "lower-precision",
            NetworkFaults.Rounded(ScalarType.Float16),
            "0 forward backbone.conv1.conv1_1.conv"
        ),
        new(
            "DropBlock left on",
            FaultFamily.Neck,
            "dropblock-on",
            NetworkFaults.DropBlockOn(),
            "0 forward neck.yolo_block_0.conv_module.dropblock"
        ),
    ];

    /// <summary>The fault of a name.</summary>
    public static PlantedFault Of(string name) => All.Single(fault => fault.Name == name);
}
