using PPYolo.Align.Reports;
using PPYolo.Data.Batches;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;
using PPYolo.Data.Layouts;
using PPYolo.Harness.Self;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Alignment;

/// <summary>Scenario 2 through the true data pipeline: decoding, augmentation, loading ahead.</summary>
[OwnThreads]
[Collection(Lanes.Second)]
public sealed class DatasetTheories : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    public void RunOnADatasetIsReplayedAndItsBatchesMadeAgainBitwise(int ranks)
    {
        Skip.IfNot(OpenCv.IsAvailable(out var reason), reason);
        var (data, plan) = Scenes(ranks);

        var verdict = TestEnvironment.With(
            2,
            () =>
                SelfScenario.Run(
                    plan,
                    "plain",
                    folder.Path,
                    ranks,
                    again: data.WithoutWorkers().Batches(plan.Options, SlicedBatches.Even(plan.Options.Batch, ranks))
                )
        );

        var next = $"ppyolo align self --data fixtures/scenes --ranks {ranks}";
        Measured.Write(
            typeof(DatasetTheories),
            verdict,
            [ranks],
            next,
            record: TwoRecords.OfReplay(plan, folder.Path, ranks, threads: 2),
            threads: 2
        );
        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
        verdict.Checks[0].Name.Should().Be("batches, made again");
        verdict.Checks[0].Note.Should().Be($"{plan.Iterations * ranks} batches");
    }

    [SkippableFact]
    public void BatchesOfAnotherSeedAreNoticed()
    {
        Skip.IfNot(OpenCv.IsAvailable(out var reason), reason);
        var (data, plan) = Scenes(1);
        var other = new DatasetData("2", data.Dataset) { Workers = 0 };

        var verdict = TestEnvironment.With(
            2,
            () =>
                SelfScenario.Run(
                    plan with
                    {
                        Iterations = 2,
                    },
                    "plain",
                    folder.Path,
                    again: other.Batches(plan.Options, [plan.Options.Batch])
                )
        );

        Measured.Write(typeof(DatasetTheories), verdict, [], threads: 2, mustDiverge: true);
        verdict.Aligned.Should().BeFalse();
        verdict.Checks[0].Worst.Should().StartWith("iteration 0 of rank 0, ");
        verdict.Checks.Skip(1).Should().OnlyContain(check => check.Passed, "training is the same");
    }

    public void Dispose() => folder.Dispose();

    private static (DatasetData Data, RunPlan Plan) Scenes(int ranks)
    {
        var data = new DatasetData(
            "1",
            DetectionDataset.Open(DatasetFinder.Find(Path.Combine(Fixtures.Root, "fixtures", "scenes"), "train"))
        );
        var options = data.Fit(TrainOptionsFile.Read("ppyolo_r18vd_voc2012", ["batch=4", "sizes=[64,96]"]));
        return (
            data,
            new(
                options,
                StartWeights.Parse("generator:1").For(options.ToNetwork()),
                data.Batches(options, SlicedBatches.Even(options.Batch, ranks)),
                3,
                "1"
            )
        );
    }
}
