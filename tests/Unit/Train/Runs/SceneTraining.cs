using System.Diagnostics;
using System.Globalization;
using PPYolo.Align.Formats;
using PPYolo.Data.Coco;
using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts;
using PPYolo.Data.Loading;
using PPYolo.Data.Transforms;
using PPYolo.Train.Inference;
using PPYolo.Train.Options;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Runs;

/// <summary>
/// Trains on fixtures/scenes from weights that have seen nothing, and scores the moving average on the held-out images every five epochs.
/// The log and the last weights go into a folder.
/// </summary>
internal sealed class SceneTraining(string folder, Action<string> log)
{
    private const int EpochsBetweenScores = 5;

    // Colours and mirrors only: mixed, cropped and shrunk images need more epochs than a test has.
    private static readonly AugmentationOptions Changes = AugmentationOptions.None with { ColorDistortion = true, Flip = true };

    public CocoResult Run(TrainOptions options)
    {
        var (train, held) = (Open("train", options), Open("val", options));
        var network = options.ToNetwork();
        using var batches = new DatasetBatches(
            train,
            network,
            new()
            {
                Seed = "1",
                Batch = options.Batch,
                Sizes = options.Sizes,
                Augmentation = Changes,
            }
        );
        var evaluation = new DatasetEvaluation(
            held,
            new()
            {
                Network = network,
                Size = options.EvalSize,
                Batch = 10,
            }
        );
        var plan = new RunPlan(
            options,
            StartWeights.Parse("generator:1:scratch").For(network),
            _ => batches,
            options.Epochs * options.IterationsPerEpoch,
            "1"
        );
        TrainStep? step = null;
        CocoResult? last = null;
        var (clock, loss) = (Stopwatch.StartNew(), 0.0);
        var end = IterationLoop.Execute(
            plan,
            afterStep: (_, done) =>
            {
                loss += done.TotalLoss;
                if ((done.Iteration + 1) % options.IterationsPerEpoch != 0)
                {
                    return;
                }

                var epoch = (done.Iteration + 1) / options.IterationsPerEpoch;
                var score = "";
                if (epoch % EpochsBetweenScores == 0 || epoch == options.Epochs)
                {
                    using var average = step!.Ema.Read(step.Entries);
                    last = evaluation.Run(average);
                    score = string.Create(CultureInfo.InvariantCulture, $"  AP {last.AP:0.000}  AP50 {last.AP50:0.000}");
                }

                var mean = loss / options.IterationsPerEpoch;
                var seconds = clock.Elapsed.TotalSeconds;
                Log($"epoch {epoch, 2}  loss {mean, 6:0.00}  lr {done.LearningRate:0.0e+0}  {seconds, 5:0} s{score}");
                loss = 0;
            },
            observe: it => step = it
        );
        TensorFile.Write(Path.Combine(folder, "weights.pth"), end.Ema);
        return last!;
    }

    private static DetectionDataset Open(string split, TrainOptions options) =>
        DetectionDataset.Open(DatasetFinder.Find(Fixtures.PathOf("scenes"), split), new() { Classes = options.Classes, Strict = true });

    private void Log(FormattableString line)
    {
        var text = line.ToString(CultureInfo.InvariantCulture);
        File.AppendAllText(Path.Combine(folder, "log.txt"), text + "\n");
        log(text);
    }
}
