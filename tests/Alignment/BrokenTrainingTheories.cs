using PPYolo.Align.Reports;
using PPYolo.Harness.Reference;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Alignment;

/// <summary>
/// The harness itself: a training that is broken in one place must turn the scenario red, and the first failing check must be the one where
/// it shows. None runs for longer than it needs to show; the first iteration has its rate whatever the warm-up, so that rates need two.
/// </summary>
[OwnThreads]
[Collection(Lanes.Second)]
public class BrokenTrainingTheories
{
    private const string Small = "r18vd-96-calm",
        SmallDecay = "r18vd-96-calm-decay";

    public static TheoryData<string, string, string, int> Faults =>
        new()
        {
            { nameof(BrokenTraining.WeightDecayInTheWrongGroup), SmallDecay, "weights after iteration 0", 1 },
            { nameof(BrokenTraining.WeightDecayLeftOut), SmallDecay, "weights after iteration 0", 1 },
            { nameof(BrokenTraining.RateOneStepLate), Small, "learning rates of later iterations", 2 },
            { nameof(BrokenTraining.WarmUpLeftOut), Small, "learning rates of later iterations", 2 },
            { nameof(BrokenTraining.RateUsedTwice), Small, "weights after iteration 0", 1 },
            { nameof(BrokenTraining.Momentum085), Small, "total loss of iterations 1 to 9", 10 },
            { nameof(BrokenTraining.EmaOneStepEarly), Small, "moving averages after iteration 9", 10 },
            { nameof(BrokenTraining.EmaDecayConstant), Small, "moving averages after iteration 9", 10 },
            { nameof(BrokenTraining.NormMomentum001), Small, "weights after iteration 0", 1 },
            { nameof(BrokenTraining.NormEpsilon1e3), Small, "activations of iteration 0", 1 },
            { nameof(BrokenTraining.AnchorsOfTwoLevelsSwapped), Small, "losses of iteration 0", 1 },
            { nameof(BrokenTraining.ScaleXYIgnored), Small, "losses of iteration 0", 1 },
            { nameof(BrokenTraining.OneWeightNotLoaded), Small, "start weights", 1 },
            { nameof(BrokenTraining.DropBlockLeftOn), Small, "activations of iteration 0", 1 },
            { nameof(BrokenTraining.GradientOfOneTensorDropped), Small, "parameters with a gradient", 1 },
            { nameof(BrokenTraining.FrozenStageThawed), "r50vd-aligngrad-calm", "parameters with a gradient", 1 },
            { nameof(BrokenTraining.FrozenWeightDrifts), "r50vd-aligngrad-calm", "weights after iteration 0", 1 },
            { nameof(BrokenTraining.ClippingLeftOut), "ppyolov2-r50vd", "gradient norms before clipping, iteration 0", 1 },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void TurnsTheScenarioRedWhereItShowsFirst(string fault, string name, string firstFailure, int iterations)
    {
        var alteration = (Alteration)typeof(BrokenTraining).GetMethod(fault)!.Invoke(null, null)!;

        var verdict = TestEnvironment.With(
            TestEnvironment.Threads,
            () => ReferenceScenario.Run(Fixtures.Reference(name), new ReferenceOptions { Alteration = alteration, Iterations = iterations })
        );

        Measured.Write(typeof(BrokenTrainingTheories), verdict, [fault, name, firstFailure, iterations], mustDiverge: true);
        verdict.Aligned.Should().BeFalse("the training is broken");
        verdict.Failures.First().Name.Should().Be(firstFailure, VerdictText.Summary(verdict));
    }

    [Theory]
    [InlineData(Small, 1)]
    [InlineData(Small, 2)]
    [InlineData(SmallDecay, 1)]
    [InlineData("r50vd-aligngrad-calm", 1)]
    [InlineData("ppyolov2-r50vd", 1)]
    public void UnbrokenItIsGreenAfterAsManyIterations(string name, int iterations)
    {
        var verdict = TestEnvironment.With(
            TestEnvironment.Threads,
            () => ReferenceScenario.Run(Fixtures.Reference(name), new ReferenceOptions { Iterations = iterations })
        );

        var next = $"ppyolo align reference fixtures/reference/{name}";
        Measured.Write(typeof(BrokenTrainingTheories), verdict, [name, iterations], next);
        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
        verdict.Iterations.Should().HaveCount(iterations);
        verdict.Scope.Should().Contain($"the run ended after iteration {iterations - 1}");
    }
}
