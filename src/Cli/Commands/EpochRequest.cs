using System.CommandLine;
using PPYolo.Align;
using PPYolo.Cli.Output;
using PPYolo.Cli.Progress;
using PPYolo.Train.Epochs;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Ranks.Mpi;
using PPYolo.Train.Weights;

namespace PPYolo.Cli.Commands;

/// <summary>What ppyolo train was asked for where it is a run over epochs.</summary>
internal sealed class EpochRequest(ParseResult result, TrainOptionSet all)
{
    /// <summary>The session that was asked for.</summary>
    public EpochSession Session(RanksOptions team, TorchSharp.torch.Device where)
    {
        var name = result.GetValue(all.Config);
        var folder =
            result.GetValue(all.Output)
            ?? Path.Combine(
                "runs",
                Path.GetFileNameWithoutExtension(name)
                    ?? throw new AlignException("--resume without --config needs --out DIR, the folder of the run")
            );
        EpochSession? session = null;
        Signals.Safe = () =>
            (new CheckpointStore(folder).Latest is { } checkpoint ? $"{checkpoint} is whole" : "no checkpoint was written yet")
            + (session?.LastCapsule is { } last ? $", {last} has the last iterations" : "")
            + $"; go on with: {Program} train --resume --out {folder}";
        return session = new()
        {
            Folder = folder,
            Resume = result.GetValue(all.Resume),
            ShowFirstBatch = result.GetValue(all.ShowFirstBatch),
            BlackBox = result.GetValue(all.BlackBox),
            Keep = result.GetValue(all.Keep),
            Show = run => TrainingConsole.Show(run, result.GetValue(all.Log)),
            Say = TrainingConsole.Say,
            EvalBatch = result.GetValue(all.EvalBatch),
            Team = team,
            Device = where,
            Asked = name is null ? null : Settings(name, team),
            AskedOver = recorded => Over(recorded),
            MayChangeData = result.GetValue(all.DataChanged),
            Epochs = result.GetValue(all.Epochs),
            OpenData = settings => all.Data.Open(settings, result),
        };
    }

    private static string Program => MpiLaunch.Current is { Size: var size } ? $"mpirun -np {size} dotnet ppyolo.dll" : "ppyolo";

    private string Start => result.GetValue(all.Init) is var init && File.Exists(init) ? Path.GetFullPath(init) : init!;

    // What was given, each option by itself; the rest is the run's.
    private RunSettings Over(RunSettings recorded)
    {
        var data = Given(all.Data.Data) && result.GetValue(all.Data.Data) is { } from ? PathOf(from) : recorded.Data;
        return recorded with
        {
            Options = TrainOptionsFile.Override(recorded.Options, result.GetValue(all.Set)!, "the run's settings with --set"),
            Data = data,
            Images = all.Data.Images(result) is { } folder ? Path.GetFullPath(folder) : recorded.Images,
            Reading = all.Data.Reading(result, recorded.Reading),
            Strict = all.Data.Strict(result) || recorded.Strict,
            SameSizeAcrossRanks = all.Data.GivesSizes(result) ? all.Data.SameSizeAcrossRanks(result, data) : recorded.SameSizeAcrossRanks,
            EvalData = result.GetValue(all.EvalData) is { } held ? Path.GetFullPath(held) : recorded.EvalData,
            Seed = result.GetValue(all.Seed) ?? recorded.Seed,
            Init = Given(all.Init) ? Start : recorded.Init,
            Checkpoint = result.GetValue(all.Checkpoint) is { } file ? Path.GetFullPath(file) : recorded.Checkpoint,
            Continued = result.GetValue(all.Continue) is { } theirs ? Path.GetFullPath(theirs) : recorded.Continued,
        };

        bool Given(Option option) => result.GetResult(option) is { Implicit: false };
    }

    private RunSettings Settings(string name, RanksOptions team)
    {
        var options = TrainOptionsFile.Read(name, result.GetValue(all.Set)!);
        var from = result.GetValue(all.Data.Data);
        var random = result.GetValue(all.Seed) ?? StartWeights.Parse(result.GetValue(all.Init)!).Seed ?? "1";
        return new()
        {
            Options = options with { Epochs = result.GetValue(all.Epochs) ?? options.Epochs },
            Data = from is null ? $"generator:{random}" : PathOf(from),
            Images = all.Data.Images(result) is { } folder ? Path.GetFullPath(folder) : null,
            Reading = all.Data.Reading(result),
            Strict = all.Data.Strict(result),
            SameSizeAcrossRanks = all.Data.SameSizeAcrossRanks(result, from),
            EvalData = result.GetValue(all.EvalData) is { } held ? Path.GetFullPath(held) : null,
            Seed = random,
            Init = Start,
            Checkpoint = result.GetValue(all.Checkpoint) is { } file ? Path.GetFullPath(file) : null,
            Continued = result.GetValue(all.Continue) is { } theirs ? Path.GetFullPath(theirs) : null,
            Ranks = team.Size(MpiLaunch.Current),
            Threads = team.ThreadsOverAllRanks(MpiLaunch.Current),
        };
    }

    private static string PathOf(string data) => DataOptions.IsDataset(data) ? Path.GetFullPath(data) : data;
}
