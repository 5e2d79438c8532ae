using PPYolo.Align.Reports;
using PPYolo.Train.Scenarios.Reference;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Alignment;

/// <summary>The harness itself: a training that is broken in one place must turn the scenario red, and the first failing check must be the one where it shows.</summary>
public class BrokenTrainingTheories
{
    private const string Small = "r18vd-96-calm", SmallDecay = "r18vd-96-calm-decay";

    public static TheoryData<string, string, string> Faults => new()
    {
        { nameof(BrokenTraining.WeightDecayInTheWrongGroup), SmallDecay, "weights after iteration 0" },
        { nameof(BrokenTraining.WeightDecayLeftOut), SmallDecay, "weights after iteration 0" },
        { nameof(BrokenTraining.RateOneStepLate), Small, "learning rates" },
        { nameof(BrokenTraining.WarmUpLeftOut), Small, "learning rates" },
        { nameof(BrokenTraining.RateUsedTwice), Small, "weights after iteration 0" },
        { nameof(BrokenTraining.Momentum085), Small, "total loss of iterations 1 to 9" },
        { nameof(BrokenTraining.EmaOneStepEarly), Small, "moving averages after iteration 9" },
        { nameof(BrokenTraining.EmaDecayConstant), Small, "moving averages after iteration 9" },
        { nameof(BrokenTraining.NormMomentum001), Small, "weights after iteration 0" },
        { nameof(BrokenTraining.NormEpsilon1e3), Small, "losses of iteration 0" },
        { nameof(BrokenTraining.AnchorsOfTwoLevelsSwapped), Small, "losses of iteration 0" },
        { nameof(BrokenTraining.ScaleXYIgnored), Small, "losses of iteration 0" },
        { nameof(BrokenTraining.OneWeightNotLoaded), Small, "start weights" },
        { nameof(BrokenTraining.DropBlockLeftOn), Small, "losses of iteration 0" },
        { nameof(BrokenTraining.GradientOfOneTensorDropped), Small, "parameters with a gradient" },
        { nameof(BrokenTraining.FrozenStageThawed), "r50vd-aligngrad-calm", "parameters with a gradient" },
        { nameof(BrokenTraining.ClippingLeftOut), "ppyolov2-r50vd", "gradient norms before clipping, iteration 0" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void TurnsTheScenarioRedWhereItShowsFirst(string fault, string name, string firstFailure)
    {
        var factory = (TrainingFactory)typeof(BrokenTraining).GetMethod(fault)!.Invoke(null, null)!;

        var verdict = TestEnvironment.With(TestEnvironment.Threads, () => ReferenceScenario.Run(Fixtures.Reference(name), new ReferenceOptions { Factory = factory }));

        verdict.Aligned.Should().BeFalse("the training is broken");
        verdict.Failures.First().Name.Should().Be(firstFailure, VerdictText.Summary(verdict));
    }
}
