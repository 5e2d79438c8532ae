using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Records;

/// <summary>
/// Writes a <see cref="RecordFolder"/> as the run goes. case.json is written last: a folder without it is no record.
/// </summary>
/// <param name="folder">A folder that does not exist yet, or is empty.</param>
/// <param name="extension">The format of weights: .pth, .safetensors or .npz.</param>
public sealed class RecordWriter(string folder, string extension)
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
    /// <returns>Their file name.</returns>
    public string Start(NamedTensors weights)
    {
        TensorFile.Write(PathOf(RecordFolder.StartName), weights);
        return RecordFolder.StartName + extension;
    }

    /// <summary>Writes a rank's batch, its losses among the tensors.</summary>
    public void Batch(int iteration, int rank, NamedTensors tensors) =>
        Npz.Write(Path.Combine(folder, RecordFolder.BatchFile(iteration, rank)), tensors);

    /// <summary>Notes an iteration's losses, averaged over ranks.</summary>
    public void Losses(LossLogEntry averaged) => entries.Add(averaged);

    /// <summary>Writes the gradients of iteration 0.</summary>
    public void Gradients(NamedTensors gradients) => TensorFile.Write(PathOf(RecordFolder.GradientsName), gradients);

    /// <summary>Writes the end of the run, and with it makes the folder a record.</summary>
    /// <param name="ema">The moving average.</param>
    /// <param name="raw">The weights as trained.</param>
    /// <param name="momentum">The optimizer's buffers.</param>
    /// <param name="head">What was run.</param>
    public void End<T>(NamedTensors ema, NamedTensors raw, NamedTensors momentum, T head)
        where T : RecordHead
    {
        var files = new[] { (RecordFolder.EndName, ema), (RecordFolder.RawEndName, raw), (RecordFolder.MomentumName, momentum) };
        // A task's own exception, and not one that wraps several.
        Task.WhenAll(files.Select(file => Task.Run(() => TensorFile.Write(PathOf(file.Item1), file.Item2)))).GetAwaiter().GetResult();
        AtomicText.Write(Path.Combine(folder, RecordFolder.LossesFile), StrictJson.Text(new LossLog(1, entries)));
        AtomicText.Write(Path.Combine(folder, CaseHead.FileName), StrictJson.Text(head));
    }

    private string PathOf(string name) => Path.Combine(folder, name + extension);
}
