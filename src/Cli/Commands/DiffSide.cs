using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;

namespace PPYolo.Cli.Commands;

/// <summary>
/// What an argument of ppyolo diff stands for: a file of tensors, or a record folder, of which it is the end weights: the recorded ones
/// (1__.*) where there are any, else those of a replay (1.*). A folder also has the start weights (000.*).
/// </summary>
internal sealed record DiffSide(string File, string? StartFile)
{
    /// <summary>Finds the files.</summary>
    /// <exception cref="AlignException">There is no such file, or no weights in the folder.</exception>
    public static DiffSide Of(string path)
    {
        if (!Directory.Exists(path))
        {
            return new(path, null);
        }

        var end =
            RecordFolder.TryFindFile(path, RecordFolder.EndName)
            ?? RecordFolder.TryFindFile(path, RecordFolder.ReplayName)
            ?? throw new AlignException(
                $"{path}: expected a record with end weights, {TensorFormat.WeightsPattern(RecordFolder.EndName)} or "
                    + $"{TensorFormat.WeightsPattern(RecordFolder.ReplayName)}, found neither; "
                    + "a record is made by: ppyolo train --record DIR"
            );
        return new(end, RecordFolder.TryFindFile(path, RecordFolder.StartName));
    }

    /// <summary>The start weights that --start names.</summary>
    /// <exception cref="AlignException">It is a folder without start weights.</exception>
    public static string StartOf(string path) =>
        !Directory.Exists(path)
            ? path
            : RecordFolder.TryFindFile(path, RecordFolder.StartName)
                ?? throw new AlignException(
                    $"{path}: expected a record with start weights, {TensorFormat.WeightsPattern(RecordFolder.StartName)}, found none; "
                        + $"name the file that the runs started from"
                );

    /// <summary>The same, of which the optimizer is not left out: it was compared.</summary>
    public static TensorContent WithoutOptimizer(TensorContent content) =>
        content with
        {
            LeftOut = [.. content.LeftOut.Where(entry => !IsOptimizer(entry))],
        };

    /// <summary>Whether it is a checkpoint's optimizer.</summary>
    public static bool IsOptimizer(LeftOutEntry entry) => entry.Name == "optimizer";

    /// <summary>Reads a file's tensors.</summary>
    /// <param name="file">The file.</param>
    /// <param name="key">The entry whose tensors are wanted; null for the one that convention tells.</param>
    /// <exception cref="AlignException">It cannot be read, or has none.</exception>
    public static TensorContent Read(string file, string? key = null)
    {
        var content = TensorFile.ReadContent(file, key);
        if (content.Place == "model")
        {
            // Epoch and groups are the form of a checkpoint of the reference; without tensors there is nothing in them to compare.
            content = content with
            {
                LeftOut =
                [
                    .. content.LeftOut.Where(entry =>
                        entry.Name is not ("start_epoch" or "optimizer") || !entry.Reason.StartsWith("no tensor", StringComparison.Ordinal)
                    ),
                ],
            };
        }

        return content.Tensors.Count > 0
            ? content
            : throw new AlignException(
                $"{file}: expected named tensors, found none in a file that is otherwise right; save the model's state_dict"
            );
    }
}
