using PPYolo.Harness.Faults;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Alignment;

/// <summary>Trainings that are wrong in one place each.</summary>
internal static class BrokenTraining
{
    private const string Transition = "neck.yolo_transition_0.conv.weight",
        TipBias = "neck.yolo_block_1.tip.batch_norm.bias",
        Frozen = "backbone.res2.res2a.branch2a.conv.weight";

    public static Alteration WeightDecayInTheWrongGroup() => OptimizerFaults.WeightDecayInTheWrongGroup();

    public static Alteration WeightDecayLeftOut() => OptimizerFaults.WeightDecay(0);

    public static Alteration RateOneStepLate() => OptimizerFaults.RateLate();

    public static Alteration WarmUpLeftOut() => new() { Recipe = recipe => recipe with { WarmupIterations = 0 } };

    public static Alteration RateUsedTwice() => OptimizerFaults.StepTimes(2);

    public static Alteration Momentum085() => OptimizerFaults.Momentum(0.85);

    public static Alteration EmaOneStepEarly() => AverageFaults.BeforeTheOptimizer();

    public static Alteration EmaDecayConstant() => AverageFaults.NoRamp(0.9);

    public static Alteration NormMomentum001() => NormFaults.Momentum(0.01);

    public static Alteration NormEpsilon1e3() => NormFaults.Epsilon(1e-3);

    public static Alteration AnchorsOfTwoLevelsSwapped() => NetworkFaults.AnchorsOfLevelsExchanged();

    public static Alteration ScaleXYIgnored() => NetworkFaults.ScaleXY(1);

    public static Alteration OneWeightNotLoaded() => WeightFaults.Times(Transition, 1.01);

    public static Alteration DropBlockLeftOn() => NetworkFaults.DropBlockOn();

    public static Alteration GradientOfOneTensorDropped() => GradientFaults.Dropped(TipBias);

    public static Alteration FrozenStageThawed() => NetworkFaults.FreezeAt(2);

    public static Alteration FrozenWeightDrifts() => GradientFaults.AfterBackward(parts => parts.Entry(Frozen).Value.mul_(1.01));

    public static Alteration ClippingLeftOut() => OptimizerFaults.ClippingMissing();
}
