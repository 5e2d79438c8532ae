using PPYolo.Align;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;

namespace PPYolo.Train.Records;

/// <summary>
/// Turns the record of several ranks into one that a single rank can replay: images and targets joined in rank order, losses averaged over
/// images.
/// </summary>
public static class RecordMerge
{
    /// <summary>Merges.</summary>
    /// <param name="folder">The record of several ranks.</param>
    /// <param name="destination">A new or empty folder.</param>
    /// <exception cref="AlignException">The record is none, or its batches cannot be joined; then nothing was written.</exception>
    public static void Merge(string folder, string destination)
    {
        var record = RunRecord.Open(folder);
        var sources = Enumerable.Range(0, record.Case.Ranks).Select(rank => new RecordedBatches(folder, rank)).ToList();
        for (var iteration = 0; iteration < record.Case.Iterations; iteration++)
        {
            BatchMerge.RequireOneSize([.. sources.Select(source => source.At(iteration))]);
        }

        var writer = new RecordWriter(destination, record.Extension);
        writer.Prepare();
        for (var iteration = 0; iteration < record.Case.Iterations; iteration++)
        {
            var parts = sources.Select(source => source.At(iteration)).ToList();
            var tensors = new NamedTensors();
            foreach (var (name, tensor) in BatchMerge.Merge(parts).Named)
            {
                tensors.Add(name, tensor);
            }

            var losses = sources.Select(source => source.Losses(iteration)).ToList();
            foreach (var name in losses[0].Keys)
            {
                tensors.Add(
                    name,
                    TensorData.Scalar(
                        (float)(losses.Select((loss, rank) => (double)loss[name] * parts[rank].Count).Sum() / parts.Sum(part => part.Count))
                    )
                );
            }

            writer.Batch(iteration, 0, tensors);
        }

        string[] names = [RunRecord.StartName, RunRecord.EndName, RunRecord.RawEndName, RunRecord.MomentumName];
        foreach (var name in names)
        {
            var file = RunRecord.FindFile(folder, name);
            SharedFile.Add(file, Path.Combine(destination, Path.GetFileName(file)));
        }

        File.Copy(Path.Combine(folder, RunRecord.LossesFile), Path.Combine(destination, RunRecord.LossesFile));
        writer.Finish(
            record.Case with
            {
                Ranks = 1,
            },
            new()
            {
                Batches = true,
                Losses = true,
                Weights = names,
            }
        );
    }
}
