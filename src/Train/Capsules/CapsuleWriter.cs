using System.Text.Json.Nodes;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Train.Records;

namespace PPYolo.Train.Capsules;

/// <summary>Writes a capsule: a record folder that is whole or not there.</summary>
internal static class CapsuleWriter
{
    /// <summary>What the name of a folder ends in while it is written.</summary>
    public const string UnfinishedExtension = ".tmp";

    /// <summary>Writes a folder beside its name and renames it into place; when that fails, nothing is left.</summary>
    /// <param name="folder">A folder that is not there, or is empty.</param>
    /// <param name="content">What goes into it.</param>
    /// <exception cref="Align.AlignException">It cannot be written.</exception>
    public static void Write(string folder, CapsuleContent content)
    {
        var staging = folder + UnfinishedExtension;
        Remove(staging);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(folder))!);
            Fill(staging, content);
            Directory.Move(staging, folder);
        }
        finally
        {
            Remove(staging);
        }
    }

    /// <summary>Writes a folder that is there, such as one that is locked; case.json comes last.</summary>
    /// <param name="folder">A folder with nothing in it.</param>
    /// <param name="content">What goes into it.</param>
    /// <exception cref="Align.AlignException">It cannot be written.</exception>
    public static void Fill(string folder, CapsuleContent content)
    {
        var writer = new RecordWriter(folder, TensorFormat.TorchWeights.Extension)
        {
            Modules = [.. content.Modules.Order(StringComparer.Ordinal)],
            OutputGradients = [.. content.OutputGradients.Order(StringComparer.Ordinal)],
        };
        writer.Prepare();
        var zero = content.Ranks[0];
        for (var rank = 0; rank < content.Ranks.Count; rank++)
        {
            for (var i = 0; i < zero.Count; i++)
            {
                var boxed = content.Ranks[rank][i];
                writer.Trace(rank, boxed.Trace.Numbered(i));
                if (i == zero.Count - 1 && boxed.Batch is { } batch)
                {
                    writer.Batch(i, rank, batch.ToTensors());
                }
            }
        }

        // A number that is not finite has no place in JSON.
        if (zero.All(boxed => boxed.Rate is not null && boxed.Losses.All(loss => float.IsFinite(loss.Value))))
        {
            for (var i = 0; i < zero.Count; i++)
            {
                writer.Losses(new(i, zero[i].Size, zero[i].Rate!.Value, zero[i].Losses.ToDictionary(StringComparer.Ordinal)));
            }
        }

        RunEnvironment.Write(folder, content.Environment);
        writer.End(
            FileOf(content, content.Source.AddTo(folder)),
            RecordCase.Of(content.Options, content.Seed, "file", zero.Count, content.Ranks.Count, "", "") with
            {
                StartWeights = null,
                StartWeightsSha256 = null,
            }
        );
    }

    private static CapsuleFile FileOf(CapsuleContent content, CapsuleOrigin origin)
    {
        var zero = content.Ranks[0];
        return new()
        {
            Reason = content.Reason,
            Found = content.Found,
            FirstIteration = zero[0].Trace.Iteration,
            LastIteration = zero[^1].Trace.Iteration,
            BrokeOff = zero[^1].Rate is null,
            Origin = origin,
            Threshold = $"{SizeCourse.Threshold}; {ObjectCourse.Rule}",
            RandomState =
                $"named streams of seed {content.Seed}: the order of images and the sizes by iteration, changes of an image by image and "
                + "pass, DropBlock by iteration, rank and layer; a stream has no state that an iteration hands on",
            Iterations = [.. zero.Select((boxed, i) => Iteration(boxed, [.. content.Ranks.Select(rank => rank[i].Identity)]))],
            Run = (JsonObject)content.Run.DeepClone(),
        };
    }

    private static CapsuleIteration Iteration(BoxedIteration boxed, IReadOnlyList<CapsuleBatch> batches) =>
        new(
            boxed.Trace.Iteration,
            boxed.Size,
            boxed.Rate,
            boxed.Losses.ToDictionary(
                loss => loss.Key,
                loss => float.IsFinite(loss.Value) ? loss.Value : (double?)null,
                StringComparer.Ordinal
            ),
            boxed.Norm is { } norm && double.IsFinite(norm) ? norm : null,
            batches
        );

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
