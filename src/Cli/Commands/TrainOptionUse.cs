using System.CommandLine;
using System.CommandLine.Parsing;
using PPYolo.Train.Runs;

namespace PPYolo.Cli.Commands;

/// <summary>Which options of ppyolo train mean nothing for the run that was asked for: they are refused, not passed over.</summary>
internal static class TrainOptionUse
{
    private const string Folder = "name its folder with";

    /// <summary>What is wrong with the first option that would do nothing, or null.</summary>
    public static string? Problem(CommandResult result, TrainOptionSet all)
    {
        var (recorded, replayed) = (result.GetValue(all.Record) is not null, result.GetValue(all.Replay) is not null);
        var epochs = !replayed && TrainRules.IsRunOverEpochs(result, all);
        return Given(recorded, $"is of a record: {Folder} --record DIR", all.Format, all.Gradients)
            ?? Given(replayed, $"is of a replay: {Folder} --replay DIR", all.Bound, all.Json)
            ?? Given(
                !replayed,
                "is not of a replay, which repeats what was recorded: leave it away",
                [.. OfEpochs(all), all.Checkpoint, all.Continue, all.Iterations, all.Seed, all.Split, all.Timings, .. all.Data.OfRanks]
            )
            ?? Given(
                replayed || epochs,
                "is of a run over epochs: leave it away, or name the run's folder with --out DIR",
                all.Keep,
                all.EvalData,
                all.EvalBatch,
                all.Log
            )
            ?? Given(!epochs, "is of a run over some iterations: leave it away, or name their number with --iterations N", all.Timings)
            ?? Given(replayed || result.GetValue(all.Resume), "goes with --resume or --replay", all.DataChanged);

        string? Given(bool used, string problem, params Option[] options) =>
            used ? null
            : options.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } option ? $"{option.Name} {problem}"
            : null;
    }

    /// <summary>What all ranks of a run of some iterations must be given alike, beside what they train.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> OfIterations(ParseResult result, TrainOptionSet all)
    {
        yield return new(RunAgreement.Kind, "of some iterations");
        foreach (var option in new Option[] { all.Record, all.Format, all.Gradients, all.Trace, all.Whole, all.Floor, all.Split })
        {
            yield return new(option.Name, result.GetResult(option) is { Implicit: false } given ? Text(given) : null);
        }
    }

    private static string Text(OptionResult given) =>
        given.Tokens.Count == 0 ? "given" : string.Join(' ', given.Tokens.Select(token => token.Value));

    private static Option[] OfEpochs(TrainOptionSet all) =>
        [all.Epochs, all.Output, all.Keep, all.EvalData, all.EvalBatch, all.Log, all.ShowFirstBatch];
}
