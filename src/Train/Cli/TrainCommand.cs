using System.CommandLine;
using PPYolo.Align;
using PPYolo.Train.Data;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Scenarios.Replay;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;
using PPYolo.Train.Weights;

namespace PPYolo.Train.Cli;

/// <summary>ppyolo train.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var config = new Option<string?>("--config", "-f") { Description = $"A configuration: {string.Join(", ", TrainOptionsFile.Names)}, or a JSON file.", HelpName = "NAME|FILE" };
        var set = SharedOptions.Set();
        var init = SharedOptions.Init();
        var iterations = SharedOptions.Iterations();
        var data = new Option<string?>("--data") { Description = "Where batches come from: generator:SEED (the seed of --init unless given).", HelpName = "generator:SEED" };
        var record = new Option<string?>("--record") { Description = "Writes a record folder: case.json, start weights, every batch with its losses, end weights.", HelpName = "DIR" };
        var replay = new Option<string?>("--replay") { Description = "Trains on a recorded run again, comparing as it goes, and writes its end weights (1.*) into the folder.", HelpName = "DIR" };
        var format = new Option<string>("--format") { Description = "The format of recorded weights.", HelpName = "pth|safetensors|npz", DefaultValueFactory = _ => "pth" };
        format.AcceptOnlyFromAmong("pth", "safetensors", "npz");
        var bound = new Option<double>("--d-value") { Description = "With --replay: the largest sum of squared differences of a tensor.", DefaultValueFactory = _ => ReplayScenario.StandardBound, HelpName = "X" };
        var ranks = new Option<int?>("--ranks") { Description = "Ranks that share each batch, in threads of this process. For processes, on any number of machines: mpirun -np N dotnet ppyolo.dll train ... without --ranks.", HelpName = "N" };
        var split = SharedOptions.Split();
        var mixed = new Option<bool>("--per-rank-sizes") { Description = "Every rank draws its own image sizes; such a record cannot be merged." };
        var gradients = new Option<bool>("--gradients") { Description = "With --record: also writes the gradients of iteration 0." };
        var trace = new Option<bool>("--trace") { Description = "With --record: also writes statistics and sketches of everything that each iteration computes, for ppyolo explain." };
        var whole = new Option<string[]>("--trace-full") { Description = "With --trace: keeps the tensors of these names whole, * and ? stand for anything; may be repeated.", HelpName = "NAME", AllowMultipleArgumentsPerToken = false, DefaultValueFactory = _ => [] };
        var timings = new Option<bool>("--timings") { Description = "Prints bytes and time of the communication between ranks." };
        var threads = SharedOptions.Threads();
        var device = SharedOptions.Device();
        var json = SharedOptions.Json();
        var command = new Command("train", "Trains, records a run, or replays one.") { config, set, init, iterations, data, record, replay, format, bound, ranks, split, mixed, gradients, trace, whole, timings, threads, device, json };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(config) is null) == (result.GetValue(replay) is null))
            {
                result.AddError("train needs either --config NAME (to train) or --replay DIR (to train on a recorded run again)");
            }
            else if (result.GetValue(replay) is not null && (result.GetValue(record) is not null || result.GetResult(set) is { Implicit: false } || result.GetResult(init) is { Implicit: false }))
            {
                result.AddError("--replay repeats what was recorded: it goes with neither --record nor --set nor --init");
            }
            else if ((result.GetValue(trace) || result.GetValue(whole) is { Length: > 0 }) && result.GetValue(record) is null)
            {
                result.AddError("--trace is written into a record: name its folder with --record DIR");
            }
        });
        command.SetAction(result =>
        {
            var where = SharedOptions.Prepare(result.GetValue(threads), result.GetValue(device)!);
            var team = new RanksOptions { Ranks = result.GetValue(ranks), Threads = result.GetValue(threads) };
            if (result.GetValue(replay) is { } recorded)
            {
                var verdict = ReplayScenario.Run(recorded, where, team, result.GetValue(bound), progress: step => Progress("replaying", step));
                return verdict is null ? ExitCode.Aligned : VerdictOutput.Show(verdict, result.GetValue(json));
            }

            var options = TrainOptionsFile.Read(result.GetValue(config)!, result.GetValue(set)!);
            var start = StartWeights.Parse(result.GetValue(init)!);
            var seed = Seed(result.GetValue(data), start);
            var traced = result.GetValue(trace) || result.GetValue(whole)!.Length > 0 ? new TraceOptions { Full = [.. result.GetValue(whole)!] } : null;
            RanksLaunch.Run(team, members =>
            {
                var counts = SharedOptions.Counts(result.GetValue(split), options.Batch, members.Size);
                if (counts.Count != members.Size)
                {
                    throw new AlignException($"--split {result.GetValue(split)}: {counts.Count} counts for {members.Size} ranks");
                }

                var plan = new RunPlan(
                    options, start.For(options.ToNetwork()), RankBatches.Generated(seed, options, counts, result.GetValue(mixed)), result.GetValue(iterations), seed)
                {
                    Device = where.type == TorchSharp.DeviceType.CUDA ? TorchSharp.torch.device($"cuda:{members.LocalRank}") : where,
                };
                Train(plan, members, start.ProfileName, result.GetValue(record), "." + result.GetValue(format), result.GetValue(gradients), traced, result.GetValue(timings));
                return members.Rank;
            });
            return ExitCode.Aligned;
        });
        return command;
    }

    private static void Train(RunPlan plan, IRanks ranks, string profile, string? folder, string extension, bool gradients, TraceOptions? trace, bool timings)
    {
        var first = ranks.Rank == 0;
        var end = folder is null
            ? TrainingRun.Execute(plan, ranks, (_, step) =>
            {
                if (first)
                {
                    Progress("training", step);
                }
            })
            : RecordedRun.Execute(plan, profile, folder, extension, ranks, step => Progress("recording", step), gradients, trace: trace);
        if (first && folder is not null)
        {
            Console.Out.WriteLine($"recorded {plan.Iterations} iterations in {folder}; replay them with: ppyolo train --replay {folder}");
        }

        if (first && timings)
        {
            var total = end.Seconds.Sum();
            Console.Out.WriteLine(FormattableString.Invariant(
                $"rank 0 of {ranks.Size}: {ranks.BytesReduced / plan.Iterations / 1e6:0.0} MB per iteration reduced; {ranks.SecondsInCalls / plan.Iterations * 1e3:0.0} ms per iteration in calls, waiting for others included, {100 * ranks.SecondsInCalls / total:0.0} % of {total / plan.Iterations:0.000} s"));
        }
    }

    private static string Seed(string? data, StartWeights start)
    {
        const string prefix = "generator:";
        if (data is null)
        {
            return start.Seed ?? "1";
        }

        var seed = data.StartsWith(prefix, StringComparison.Ordinal) ? data[prefix.Length..] : "";
        return seed.Length > 0 && seed.All(char.IsAsciiDigit) ? seed : throw new AlignException($"--data {data}: expected generator:SEED, SEED a decimal number");
    }

    private static void Progress(string what, StepResult step) =>
        Console.Out.WriteLine($"{what} iteration {step.Iteration}: size {step.Size}, lr {step.LearningRate:R}, {string.Join(", ", step.Losses.Select(loss => $"{loss.Key} {loss.Value:G7}"))}");
}
