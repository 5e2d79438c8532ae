using PPYolo.Align;
using PPYolo.Align.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;

namespace PPYolo.Train.Records;

/// <summary>A record folder of a run that this program, or another, trained as <see cref="RecordCase"/> says.</summary>
public sealed class RunRecord : RecordFolder
{
    private RunRecord(string folder, RecordCase file)
        : base(folder, file) => Case = file;

    /// <summary>What was run.</summary>
    public RecordCase Case { get; }

    /// <summary>Whether a folder holds a record, rather than a case of the reference or nothing.</summary>
    public static bool IsAt(string folder) => IsAt(folder, RecordCase.FormatName);

    /// <summary>Opens a record folder.</summary>
    /// <exception cref="AlignException">It is none, or incomplete.</exception>
    public static RunRecord Open(string folder)
    {
        var path = Path.Combine(folder, CaseHead.FileName);
        if (!File.Exists(path))
        {
            throw new AlignException($"{path}: not found; a record folder is made by: ppyolo train --record {folder}");
        }

        var file = CaseFile.Read<RecordCase>(path);
        if (file.Format != RecordCase.FormatName || file.Version != 1)
        {
            throw new AlignException(
                $"{path}: expected format {RecordCase.FormatName}, version 1; found {file.Format}, version {file.Version}"
            );
        }

        file.Options.Validate(path, inCase: true);
        var record = new RunRecord(folder, file);
        record.RequireBatches();
        return record;
    }

    /// <summary>Reads the end of the run: weights, moving averages, momentum and losses.</summary>
    public RunEnd ReadEnd() =>
        new(
            Read(RawEndName),
            Read(EndName),
            Read(MomentumName),
            [
                .. ReadLosses()
                    .Iterations.Select(entry => new StepResult(entry.Iteration, entry.Size, entry.LearningRate, [.. entry.Losses], null)
                    {
                        LocalLosses = [.. entry.Losses],
                    }),
            ],
            [0]
        );
}
