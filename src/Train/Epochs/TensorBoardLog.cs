using TorchSharp.Modules;
using static TorchSharp.torch.utils;

namespace PPYolo.Train.Epochs;

/// <summary>
/// Writes scalars for TensorBoard: every loss, the learning rate, images per second and the data wait by iteration, figures of evaluations
/// under eval/. A resumed run writes another file into the folder, which TensorBoard reads as one.
/// </summary>
/// <param name="folder">Where the event file goes.</param>
public sealed class TensorBoardLog(string folder) : IEpochObserver
{
    private readonly SummaryWriter writer = tensorboard.SummaryWriter(folder, createRunName: false);

    /// <inheritdoc />
    public void AfterIteration(EpochIteration iteration)
    {
        var result = iteration.Done.Result;
        foreach (var (name, value) in result.Losses)
        {
            writer.add_scalar($"train/{name}", value, result.Iteration);
        }

        writer.add_scalar("train/learning_rate", (float)result.LearningRate, result.Iteration);
        writer.add_scalar("train/images_per_second", (float)(iteration.Images / iteration.Time.TotalSeconds), result.Iteration);
        writer.add_scalar("train/data_wait_seconds", (float)iteration.Done.DataWait.TotalSeconds, result.Iteration);
    }

    /// <inheritdoc />
    public void AfterCheckpoint(int epoch, string path) { }

    /// <inheritdoc />
    public void AfterEvaluation(EpochScore score, int iterations, bool best)
    {
        writer.add_scalar("eval/AP", (float)score.AveragePrecision, iterations);
        foreach (var (name, value) in score.Figures.Where(figure => figure.Key != "AP"))
        {
            writer.add_scalar($"eval/{name}", (float)value, iterations);
        }
    }
}
