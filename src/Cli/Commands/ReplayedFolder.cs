using System.CommandLine;
using PPYolo.Align;
using PPYolo.Align.Records;
using PPYolo.Data.Batches;
using PPYolo.Harness.Replay;
using PPYolo.Train.Options;
using PPYolo.Train.Records;
using PPYolo.Train.Weights;

namespace PPYolo.Cli.Commands;

/// <summary>What train --replay names: a record, which says what was run, or a folder of another program, where options do.</summary>
internal static class ReplayedFolder
{
    public static ReplaySource Open(ParseResult result, TrainOptionSet all, string folder)
    {
        var config = result.GetValue(all.Config);
        if (File.Exists(Path.Combine(folder, CaseHead.FileName)))
        {
            if (config is not null || result.GetValue(all.End) is not null)
            {
                throw new AlignException(
                    $"{folder} has a {CaseHead.FileName}, which says what was run: leave --config, --set, --init and --end away"
                );
            }

            CaseNotes.Say(RunRecord.Open(folder).Case);
            return ReplayFolder.OfRecord(folder);
        }

        var files = BatchFiles.In(folder);
        if (config is null)
        {
            throw new AlignException(
                $"{folder} has {files.Iterations} iterations on {files.Ranks} rank{(files.Ranks == 1 ? "" : "s")} and no "
                    + $"{CaseHead.FileName}; say what was run: ppyolo train --replay {folder} --config NAME [--set KEY=VALUE ...]"
            );
        }

        var overrides = result.GetValue(all.Set)!;
        return ReplayFolder.OfReference(
            folder,
            TrainOptionsFile.Read(config, overrides),
            overrides.Any(setting => setting.StartsWith("batch=", StringComparison.Ordinal)),
            result.GetResult(all.Init) is { Implicit: false } ? StartWeights.Parse(result.GetValue(all.Init)!) : null,
            result.GetValue(all.End)
        );
    }
}
