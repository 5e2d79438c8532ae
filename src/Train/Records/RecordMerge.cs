using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;

namespace PPYolo.Train.Records;

/// <summary>
/// Turns the record of several ranks, or what the reference's own program wrote on several, into one that a single rank can replay: images
/// and targets joined in rank order, losses averaged over images.
/// </summary>
public static class RecordMerge
{
    /// <summary>Merges.</summary>
    /// <param name="folder">The record of several ranks. All but its batches may be missing.</param>
    /// <param name="destination">A new or empty folder.</param>
    /// <exception cref="AlignException">The record is none, or its batches cannot be joined; then nothing was written.</exception>
    public static void Merge(string folder, string destination)
    {
        var record = File.Exists(Path.Combine(folder, CaseHead.FileName)) ? RunRecord.Open(folder) : null;
        var files = record is null ? BatchFiles.In(folder) : new(folder, record.Case.Iterations, record.Case.Ranks);
        var sources = Enumerable.Range(0, files.Ranks).Select(rank => new RecordedBatches(folder, rank)).ToList();
        List<string> weights =
        [
            .. new[] { RunRecord.StartName, RunRecord.EndName, RunRecord.RawEndName, RunRecord.MomentumName }
                .Select(name => RunRecord.TryFindFile(folder, name))
                .OfType<string>(),
        ];
        for (var iteration = 0; iteration < files.Iterations; iteration++)
        {
            Joined(sources, iteration);
        }

        var writer = new RecordWriter(destination, TensorFormat.TorchWeights.Extension);
        writer.Prepare();
        for (var iteration = 0; iteration < files.Iterations; iteration++)
        {
            writer.Batch(iteration, 0, Joined(sources, iteration));
        }

        foreach (var file in weights)
        {
            SharedFile.Add(file, Path.Combine(destination, Path.GetFileName(file)));
        }

        var losses = Path.Combine(folder, RunRecord.LossesFile);
        if (File.Exists(losses))
        {
            File.Copy(losses, Path.Combine(destination, RunRecord.LossesFile));
        }

        if (record is not null)
        {
            writer.Finish(
                record.Case with
                {
                    Ranks = 1,
                    StartWeights = Path.GetFileName(record.Case.StartWeights),
                },
                new()
                {
                    Batches = true,
                    Losses = File.Exists(losses),
                    Weights = [.. weights.Select(file => Path.GetFileNameWithoutExtension(file))],
                }
            );
        }
        else
        {
            // A folder as the reference writes it has no case.json to wait for.
            File.Delete(Path.Combine(destination, RecordFolder.UnfinishedFile));
        }
    }

    /// <summary>What all ranks had in an iteration, with its losses.</summary>
    private static NamedTensors Joined(List<RecordedBatches> sources, int iteration)
    {
        var parts = sources.ConvertAll(source => source.At(iteration));
        var tensors = BatchMerge.Merge(parts).ToTensors();
        foreach (
            var (name, value) in BatchFiles.Averaged(
                sources.ConvertAll(source => source.Losses(iteration)),
                [.. parts.Select(part => part.Count)]
            )
        )
        {
            tensors.Add(name, TensorData.Scalar(value));
        }

        return tensors;
    }
}
