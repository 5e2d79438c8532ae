using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts;
using PPYolo.Train.Epochs;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Epochs;

public class ScenesTrainingTests
{
    [SkippableFact]
    public void Two_epochs_on_the_rendered_scenes_halve_the_loss()
    {
        NativePixels.OrSkip();
        using var run = new TinyRun();
        var data = new DatasetData("1", DetectionDataset.Open(DatasetFinder.Find(Fixtures.PathOf("scenes"), "train")));
        var options = data.Fit(TrainOptionsFile.Read("ppyolo_r18vd_voc2012", ["sizes=[64]", "epochs=2"]));
        var plan = new RunPlan(
            options,
            StartWeights.Parse("generator:1").For(options.ToNetwork()),
            data.Batches(options, [options.Batch]),
            2 * options.IterationsPerEpoch,
            "1"
        );
        var losses = new Losses();

        EpochLoop.Execute(plan, new() { Checkpoints = new(run.Folder, keep: 1), Observers = [losses] });

        losses.Values.Should().HaveCount(50, "200 images in batches of 8, twice");
        losses.Values.TakeLast(10).Average().Should().BeLessThan(losses.Values.Take(10).Average() / 2);
    }

    private sealed class Losses : IEpochObserver
    {
        public List<float> Values { get; } = [];

        public void AfterIteration(EpochIteration iteration) => Values.Add(iteration.Done.Result.TotalLoss);

        public void AfterCheckpoint(int epoch, string path) { }

        public void AfterEvaluation(EpochScore score, int iterations, bool best) { }
    }
}
