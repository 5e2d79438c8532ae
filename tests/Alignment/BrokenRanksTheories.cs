using System.Runtime.CompilerServices;
using PPYolo.Align.Formats;
using PPYolo.Align.Reports;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Data.Batches;
using PPYolo.Harness.Faults;
using PPYolo.Harness.RankEquality;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Alignment;

/// <summary>Trainings on ranks that are wrong in one place each must turn scenario 3 red, and say what is wrong.</summary>
[OwnThreads]
[Collection(Lanes.Second)]
public sealed class BrokenRanksTheories : IDisposable
{
    // Each of these shows within four.
    private const int Iterations = 4;

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void GradientsSummedInsteadOfAveraged()
    {
        var verdict = Run(RankFaults.GradientsSummed());

        Failed(verdict, "scale of the gradients of iteration 0").Note.Should().Contain("summed over ranks");
        Failed(verdict, "weights");
    }

    [Fact]
    public void StatisticsOfEachRankAlone()
    {
        var verdict = Run(RankFaults.StatisticsOfEachRank(), checkReplicas: false);

        Failed(verdict, "losses of iteration 0");
        Failed(verdict, "weights");
    }

    [Fact]
    public void StatisticsOfEachRankAloneEndACheckedRun()
    {
        var run = () => Run(RankFaults.StatisticsOfEachRank());

        run.Should().Throw<RankFailureException>().WithMessage("*running_mean*rank 1 differs*statistics*");
    }

    [Fact]
    public void OneRanksGradientDropped()
    {
        var verdict = Run(RankFaults.GradientOfOneRankDropped(1));

        Failed(verdict, "gradients of iteration 0");
        Failed(verdict, "weights");
    }

    [Fact]
    public void LearningRateScaledByTheRanks()
    {
        var verdict = Run(OptimizerFaults.RateTimesRanks());

        verdict.Failures.First().Name.Should().Be("learning rates");
        Failed(verdict, "weights");
    }

    [Fact]
    public void RankOrderSwappedInTheMerge()
    {
        var verdict = RanksScenario.Merge(Plan(Alteration.None), folder.Path, new() { Floor = Floor, Merge = MergeSwapped });

        Measured.Write(typeof(BrokenRanksTheories), verdict, [], mustDiverge: true);
        verdict.Failures.First().Name.Should().Be("merged batches");
        verdict.Failures.First().Note.Should().Contain("rank order");
    }

    [Fact]
    public void WeightsThatDifferBetweenRanksEndTheRunWithTheirName()
    {
        const string key = "neck.yolo_transition_0.conv.weight";
        var run = () => Run(RankFaults.OneRankDiffers(1, key));

        run.Should().Throw<Exception>().WithMessage($"*iteration 0*{key}*rank 1*");
    }

    /// <summary>
    /// The lesson of the loss: averaged over images, ranks need no change; summed, the learning rate must be multiplied by their number,
    /// and the harness says so.
    /// </summary>
    [Fact]
    public void ALossThatIsSummedOverImagesNeedsTheRateTimesRanks()
    {
        var summed = GradientFaults.LossSummedOverImages();
        var plain = Plan(summed, "weightDecay=0");
        var options = new RanksRunOptions { Floor = Floor, OneRank = summed };

        var verdict = RanksScenario.Merge(plain, folder.File("same"), options);

        Measured.Write(typeof(BrokenRanksTheories), verdict, [], mustDiverge: true);
        Failed(verdict, "scale of the gradients of iteration 0")
            .Note.Should()
            .Contain("1/2 of one rank's")
            .And.Contain("multiply the learning rate by 2");
        Failed(verdict, "weights");

        var scaled = Plan(summed.And(OptimizerFaults.RateTimesRanks()), "weightDecay=0");
        // A loss summed over four images trains four times as fast, which has a floor of its own.
        NoiseFloor? measured = null;
        verdict = RanksScenario.Merge(
            scaled,
            folder.File("scaled"),
            options with
            {
                Floor = null,
                FloorMeasured = floor => measured = floor,
            }
        );

        measured!.Twins.Should().Be(RanksScenario.StandardTwins);
        verdict.Checks.Single(check => check.Name == "weights").Passed.Should().BeTrue(VerdictText.Summary(verdict));
        verdict.Checks.Single(check => check.Name == "moving averages of weights").Passed.Should().BeTrue(VerdictText.Summary(verdict));
    }

    public void Dispose() => folder.Dispose();

    private static NoiseFloor Floor => RanksPlans.Floor("r18vd-calm");

    private static RanksPlan Plan(Alteration alteration, params string[] settings)
    {
        var plan = RanksPlans.Plan("r18vd-calm", "2,2", settings);
        return plan with { Run = plan.Run with { Alteration = alteration, Iterations = Iterations } };
    }

    private static Check Failed(Verdict verdict, string name)
    {
        var check = verdict.Checks.Single(candidate => candidate.Name == name);
        check.Passed.Should().BeFalse(VerdictText.Summary(verdict));
        return check;
    }

    private static void MergeSwapped(string record, string merged)
    {
        RecordMerge.Merge(record, merged);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var swapped = new NamedTensors();
            foreach (
                var (name, tensor) in BatchMerge
                    .Merge([new RecordedBatches(record, 1).At(iteration), new RecordedBatches(record, 0).At(iteration)])
                    .Named
            )
            {
                swapped.Add(name, tensor);
            }

            Npz.Write(Path.Combine(merged, RecordedBatches.FileName(iteration, 0)), swapped);
        }
    }

    private Verdict Run(Alteration alteration, bool checkReplicas = true, [CallerMemberName] string theory = "")
    {
        var plan = Plan(alteration);
        var verdict = RanksScenario.Merge(
            plan with
            {
                Run = plan.Run with { CheckReplicas = checkReplicas },
            },
            folder.Path,
            new() { Floor = Floor }
        );
        Measured.Write(typeof(BrokenRanksTheories), verdict, [], mustDiverge: true, theory: theory);
        return verdict;
    }
}
