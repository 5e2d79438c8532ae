using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;

namespace PPYolo.Train.Records;

/// <summary>Writes a <see cref="RunRecord"/> as the run goes. case.json is written last: a folder without it is no record.</summary>
/// <param name="folder">A folder that does not exist yet, or is empty.</param>
/// <param name="extension">The format of weights: .pth, .safetensors or .npz.</param>
public sealed class RunRecorder(string folder, string extension)
{
    private readonly List<LossLogEntry> entries = [];

    /// <summary>Makes the folder.</summary>
    /// <exception cref="AlignException">There is something in it already.</exception>
    public void Prepare()
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new AlignException(
                $"{folder}: a record goes into a new or empty folder, and this one has something in it; name another or remove it first"
            );
        }

        Directory.CreateDirectory(folder);
    }

    /// <summary>Writes the start weights.</summary>
    public string Start(NamedTensors weights)
    {
        TensorFile.Write(PathOf(RunRecord.StartName), weights);
        return RunRecord.StartName + extension;
    }

    /// <summary>Writes a rank's batch with its losses.</summary>
    public void Batch(Batch batch, StepResult result, int rank)
    {
        var tensors = new NamedTensors();
        foreach (var (name, tensor) in batch.Named)
        {
            tensors.Add(name, tensor);
        }

        foreach (
            var (name, value) in result.LocalLosses.Where(loss => loss.Key.StartsWith(RecordedBatches.LossPrefix, StringComparison.Ordinal))
        )
        {
            tensors.Add(name, TensorData.Scalar(value));
        }

        Npz.Write(Path.Combine(folder, RecordedBatches.FileName(result.Iteration, rank)), tensors);
    }

    /// <summary>Notes an iteration's losses, averaged over ranks.</summary>
    public void Losses(StepResult averaged) =>
        entries.Add(new(averaged.Iteration, averaged.Size, averaged.LearningRate, averaged.Losses.ToDictionary(StringComparer.Ordinal)));

    /// <summary>Writes the gradients of iteration 0.</summary>
    public void Gradients(NamedTensors gradients) => TensorFile.Write(PathOf(RunRecord.GradientsName), gradients);

    /// <summary>Writes the end of the run, and with it makes the folder a record.</summary>
    public void End(RunEnd end, RecordCase file)
    {
        var files = new[] { (RunRecord.EndName, end.Ema), (RunRecord.RawEndName, end.Raw), (RunRecord.MomentumName, end.Momentum) };
        // A task's own exception, and not one that wraps several.
        Task.WhenAll(files.Select(file => Task.Run(() => TensorFile.Write(PathOf(file.Item1), file.Item2)))).GetAwaiter().GetResult();
        AtomicText.Write(Path.Combine(folder, RunRecord.LossesFile), StrictJson.Text(new LossLog(1, entries)));
        AtomicText.Write(Path.Combine(folder, "case.json"), StrictJson.Text(file));
    }

    private string PathOf(string name) => Path.Combine(folder, name + extension);
}
