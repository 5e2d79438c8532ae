using PPYolo.Align.Formats;
using PPYolo.Align.Reports;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Data.Batches;
using PPYolo.Harness.RankEquality;
using PPYolo.Model;
using PPYolo.Model.Head;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Alignment;

/// <summary>Trainings on ranks that are wrong in one place each must turn scenario 3 red, and say what is wrong.</summary>
[OwnThreads]
public sealed class BrokenRanksTheories : IDisposable
{
    // Each of these shows within four.
    private const int Iterations = 4;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ppyolo-broken-");

    [Fact]
    public void GradientsSummedInsteadOfAveraged()
    {
        var verdict = Run(new Broken(step => step.AfterReduction = Scale(2)));

        Failed(verdict, "scale of the gradients of iteration 0").Note.Should().Contain("summed over ranks");
        Failed(verdict, "weights");
    }

    [Fact]
    public void StatisticsOfEachRankAlone()
    {
        var verdict = Run(new Broken(_ => { }, shareStatistics: false), checkReplicas: false);

        Failed(verdict, "losses of iteration 0");
        Failed(verdict, "weights");
    }

    [Fact]
    public void StatisticsOfEachRankAloneEndACheckedRun()
    {
        var run = () => Run(new Broken(_ => { }, shareStatistics: false));

        run.Should().Throw<RankFailureException>().WithMessage("*running_mean*rank 1 differs*statistics*");
    }

    [Fact]
    public void OneRanksGradientDropped()
    {
        var verdict = Run(
            new Broken(step =>
                step.BeforeReduction = entries =>
                {
                    if (step.Ranks.Rank == 1)
                    {
                        Scale(0)(entries);
                    }
                }
            )
        );

        Failed(verdict, "gradients of iteration 0");
        Failed(verdict, "weights");
    }

    [Fact]
    public void LearningRateScaledByTheRanks()
    {
        var verdict = Run(new Broken(step => step.RateFactor = step.Ranks.Size));

        verdict.Failures.First().Name.Should().Be("learning rates");
        Failed(verdict, "weights");
    }

    [Fact]
    public void RankOrderSwappedInTheMerge()
    {
        var verdict = RanksScenario.Merge(Plan(new()), folder.FullName, new() { Floor = Floor, Merge = MergeSwapped });

        verdict.Failures.First().Name.Should().Be("merged batches");
        verdict.Failures.First().Note.Should().Contain("rank order");
    }

    [Fact]
    public void WeightsThatDifferBetweenRanksEndTheRunWithTheirName()
    {
        const string key = "neck.yolo_transition_0.conv.weight";
        var run = () =>
            Run(
                new Broken(step =>
                    step.AfterReduction = entries =>
                    {
                        if (step.Ranks.Rank == 1)
                        {
                            entries.First(entry => entry.Key == key).Value.grad!.mul_(1.5);
                        }
                    }
                )
            );

        run.Should().Throw<Exception>().WithMessage($"*iteration 0*{key}*rank 1*");
    }

    /// <summary>
    /// The lesson of the loss: averaged over images, ranks need no change; summed, the learning rate must be multiplied by their number,
    /// and the harness says so.
    /// </summary>
    [Fact]
    public void ALossThatIsSummedOverImagesNeedsTheRateTimesRanks()
    {
        var summed = new Broken(step => step.SumOverImages = true);
        var plain = Plan(summed, "weightDecay=0");
        var options = new RanksRunOptions { Floor = Floor, OneRankFactory = summed };

        var verdict = RanksScenario.Merge(plain, Path.Combine(folder.FullName, "same"), options);

        Failed(verdict, "scale of the gradients of iteration 0")
            .Note.Should()
            .Contain("1/2 of one rank's")
            .And.Contain("multiply the learning rate by 2");
        Failed(verdict, "weights");

        var scaled = Plan(new Broken(step => (step.SumOverImages, step.RateFactor) = (true, step.Ranks.Size)), "weightDecay=0");
        // A loss summed over four images trains four times as fast, which has a floor of its own.
        NoiseFloor? measured = null;
        verdict = RanksScenario.Merge(
            scaled,
            Path.Combine(folder.FullName, "scaled"),
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

    public void Dispose() => folder.Delete(recursive: true);

    private static NoiseFloor Floor => RanksPlans.Floor("r18vd-calm");

    private static RanksPlan Plan(TrainingFactory factory, params string[] settings)
    {
        var plan = RanksPlans.Plan("r18vd-calm", "2,2", settings);
        return plan with { Run = plan.Run with { Factory = factory, Iterations = Iterations } };
    }

    private static Check Failed(Verdict verdict, string name)
    {
        var check = verdict.Checks.Single(candidate => candidate.Name == name);
        check.Passed.Should().BeFalse(VerdictText.Summary(verdict));
        return check;
    }

    private static Action<IReadOnlyList<StateEntry>> Scale(double factor) =>
        entries =>
        {
            foreach (var entry in entries.Where(entry => entry.IsTrainable))
            {
                entry.Value.grad!.mul_(factor);
            }
        };

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

    private Verdict Run(TrainingFactory factory, bool checkReplicas = true)
    {
        var plan = Plan(factory);
        return RanksScenario.Merge(
            plan with
            {
                Run = plan.Run with { CheckReplicas = checkReplicas },
            },
            folder.FullName,
            new() { Floor = Floor }
        );
    }

    private sealed class Broken(Action<BrokenStep>? configure = null, bool shareStatistics = true) : TrainingFactory
    {
        public override TrainStep CreateStep(PPYoloNetwork network, TrainingRecipe recipe, long globalBatch, IRanks ranks)
        {
            var step = shareStatistics
                ? new BrokenStep(network, recipe, globalBatch, ranks)
                : new UnsharedStep(network, recipe, globalBatch, ranks);
            configure?.Invoke(step);
            return step;
        }
    }

    private class BrokenStep(PPYoloNetwork network, TrainingRecipe recipe, long batch, IRanks ranks)
        : TrainStep(network, recipe, batch, ranks)
    {
        private long images;

        public Action<IReadOnlyList<StateEntry>> BeforeReduction { get; set; } = _ => { };

        public Action<IReadOnlyList<StateEntry>> AfterReduction { get; set; } = _ => { };

        public double RateFactor { get; set; } = 1;

        public bool SumOverImages { get; set; }

        protected override double LearningRate(int iteration) => base.LearningRate(iteration) * RateFactor;

        protected override LossTerms Forward(Batch batch)
        {
            images = batch.Count;
            return base.Forward(batch);
        }

        protected override void Backward(LossTerms terms, double weight) => base.Backward(terms, SumOverImages ? weight * images : weight);

        protected override void ReduceGradients()
        {
            using var noGrad = no_grad();
            BeforeReduction(Entries);
            base.ReduceGradients();
            AfterReduction(Entries);
        }
    }

    private sealed class UnsharedStep(PPYoloNetwork network, TrainingRecipe recipe, long batch, IRanks ranks)
        : BrokenStep(network, recipe, batch, ranks)
    {
        protected override void ShareStatistics() { }
    }
}
