using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Train.Runs;

namespace PPYolo.Harness.Replay;

/// <summary>The end weights that a replay writes beside the recorded ones.</summary>
internal sealed class ReplayOutput
{
    private readonly ReplaySource source;

    private ReplayOutput(ReplaySource source) => this.source = source;

    /// <summary>Refuses a folder that cannot be written to, before anything is trained.</summary>
    /// <exception cref="AlignException">It cannot.</exception>
    public static ReplayOutput Open(ReplaySource source)
    {
        var probe = Path.Combine(source.Output, $".{Path.GetRandomFileName()}");
        try
        {
            File.Create(probe, 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AlignException(
                $"{source.Output}: cannot be written to, and the replay's end weights go there ({exception.Message.Split('\n')[0]}); copy "
                    + $"the folder, and replay the copy",
                exception
            );
        }

        return new(source);
    }

    /// <summary>Writes them.</summary>
    public void Write(RunEnd end)
    {
        var average = Path.Combine(source.Output, RecordFolder.ReplayName + source.Extension);
        if (!source.IsRecord)
        {
            // The reference's own replay may lie there, and is kept.
            var before = Path.Combine(source.Output, $"{RecordFolder.ReplayName}_before{source.Extension}");
            if (File.Exists(average) && !File.Exists(before))
            {
                File.Move(average, before);
            }
        }

        Checkpoint.WriteWeights(average, end.Ema, startEpoch: 1, end.Optimizer);
        Checkpoint.WriteWeights(
            Path.Combine(source.Output, RecordFolder.RawReplayName + source.Extension),
            end.Raw,
            startEpoch: 1,
            end.Optimizer
        );
    }
}
