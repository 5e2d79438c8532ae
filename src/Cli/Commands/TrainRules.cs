using System.CommandLine.Parsing;
using PPYolo.Align.Records;

namespace PPYolo.Cli.Commands;

/// <summary>Which options of ppyolo train go together.</summary>
internal static class TrainRules
{
    /// <summary>Whether what was typed is a run over epochs, not one over some iterations or a replay.</summary>
    public static bool IsOverEpochs(SymbolResult result, TrainOptionSet all) =>
        result.GetResult(all.Epochs) is { Implicit: false }
        || result.GetValue(all.Output) is not null
        || result.GetValue(all.Resume)
        || result.GetValue(all.ShowFirstBatch)
        || result.GetResult(all.BlackBox) is { Implicit: false }
        || result.GetValue(all.Checkpoint) is not null
        || result.GetValue(all.Continue) is not null;

    /// <summary>The same, where a dataset that is to be trained on is named and nothing else says how long.</summary>
    public static bool IsRunOverEpochs(CommandResult result, TrainOptionSet all) =>
        IsOverEpochs(result, all)
        || (
            DataOptions.IsDataset(result.GetValue(all.Data.Data))
            && result.GetValue(all.Record) is null
            && result.GetResult(all.Iterations) is not { Implicit: false }
        );

    /// <summary>Adds an error where options do not go together.</summary>
    public static void Check(CommandResult result, TrainOptionSet all)
    {
        if (
            result.GetValue(all.Resume)
                ? result.GetValue(all.Replay) is not null
                : result.GetValue(all.Config) is null && result.GetValue(all.Replay) is null
        )
        {
            result.AddError(
                "train needs --config NAME (to train), --resume --out DIR (to go on with a run), or --replay DIR (to train on a "
                    + "recorded run again)"
            );
        }
        else if (
            IsOverEpochs(result, all)
            && (
                result.GetValue(all.Record) is not null
                || result.GetValue(all.Split) is not null
                || result.GetResult(all.Iterations) is { Implicit: false }
            )
        )
        {
            result.AddError(
                "--epochs, --out, --resume, --checkpoint, --continue, --show-first-batch and --black-box are of a run over epochs: "
                    + "they go with neither --iterations nor --record nor --split"
            );
        }
        else if (result.GetResult(all.BlackBox) is { Implicit: false } && result.GetValue(all.Replay) is not null)
        {
            result.AddError("--black-box is of a run over epochs: it does not go with --replay, which has no need of it");
        }
        else if (result.GetValue(all.Continue) is not null && result.GetValue(all.Checkpoint) is not null)
        {
            result.AddError("--continue goes on from a checkpoint, and --checkpoint begins anew with its weights: give one of them");
        }
        else if (result.GetValue(all.Seed) is { } given && !given.All(char.IsAsciiDigit))
        {
            result.AddError($"--seed: expected a decimal number, found '{given}'");
        }
        else if (
            result.GetValue(all.Replay) is { } folder
            && !CapsuleFile.ExistsIn(folder)
            && result.GetValue(all.Config) is null
            && (result.GetResult(all.Set) is { Implicit: false } || result.GetResult(all.Init) is { Implicit: false })
        )
        {
            result.AddError(
                "--replay repeats what was recorded: it goes with neither --set nor --init; of a folder that another program wrote, "
                    + "--config NAME says what was run, and --set and --init complete it"
            );
        }
        else if (result.GetValue(all.End) is not null && result.GetValue(all.Replay) is null)
        {
            result.AddError("--end is compared with the end of a replay: name the folder with --replay DIR");
        }
        else if ((result.GetValue(all.Trace) || result.GetValue(all.Whole) is { Length: > 0 }) && result.GetValue(all.Record) is null)
        {
            result.AddError("--trace is written into a record: name its folder with --record DIR");
        }
        else if (result.GetResult(all.Floor) is { Implicit: false } && result.GetValue(all.Record) is null)
        {
            result.AddError("--floor is kept in a record: name its folder with --record DIR");
        }
        else if (TrainOptionUse.Problem(result, all) is { } problem)
        {
            result.AddError(problem);
        }
    }
}
