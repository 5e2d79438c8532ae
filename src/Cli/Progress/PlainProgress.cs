using System.Globalization;
using PPYolo.Data.Coco;
using PPYolo.Train.Epochs;

namespace PPYolo.Cli.Progress;

/// <summary>Progress as lines, for logs.</summary>
/// <param name="writer">Where they go.</param>
/// <param name="interval">Iterations from line to line; an epoch's first and last are written in any case.</param>
public sealed class PlainProgress(TextWriter writer, int interval = 10) : IEpochObserver
{
    private readonly Throughput throughput = new();

    /// <inheritdoc />
    public void AfterIteration(EpochIteration iteration)
    {
        throughput.Add(iteration);
        var inEpoch = ((iteration.IterationsDone - 1) % iteration.IterationsPerEpoch) + 1;
        if (inEpoch == 1 || inEpoch == iteration.IterationsPerEpoch || inEpoch % interval == 0)
        {
            var result = iteration.Done.Result;
            Line(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"epoch {iteration.Epoch}/{iteration.Epochs} iteration {inEpoch}/{iteration.IterationsPerEpoch}: size {result.Size}, "
                        + $"loss {result.TotalLoss:G6}, lr {result.LearningRate:G4}, {throughput.ImagesPerSecond:0.0} images/s, data wait "
                        + $"{iteration.Done.DataWait.TotalMilliseconds:0} ms ({100 * throughput.DataWaitShare:0.0} %), "
                        + $"left {throughput.Left:c}"
                )
            );
        }
    }

    /// <inheritdoc />
    public void AfterCheckpoint(int epoch, string path) =>
        Line(string.Create(CultureInfo.InvariantCulture, $"epoch {epoch}: checkpoint {path}"));

    /// <inheritdoc />
    public void AfterEvaluation(EpochScore score, int iterations, bool best) =>
        Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"epoch {score.Epoch}: AP {CocoSummary.Percent(score.AveragePrecision)}{(best ? ", the best so far" : "")}"
            )
        );

    /// <inheritdoc />
    public void AfterCapsule(string text) => Line(text);

    private void Line(string text)
    {
        writer.WriteLine(text);
        writer.Flush();
    }
}
