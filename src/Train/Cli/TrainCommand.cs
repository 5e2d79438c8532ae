using System.CommandLine;
using PPYolo.Align;
using PPYolo.Train.Data;
using PPYolo.Train.Options;
using PPYolo.Train.Runs;
using PPYolo.Train.Scenarios.Replay;
using PPYolo.Train.Stepping;
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
        var threads = SharedOptions.Threads();
        var device = SharedOptions.Device();
        var json = SharedOptions.Json();
        var command = new Command("train", "Trains, records a run, or replays one.") { config, set, init, iterations, data, record, replay, format, bound, threads, device, json };
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
        });
        command.SetAction(result =>
        {
            var where = SharedOptions.Prepare(result.GetValue(threads), result.GetValue(device)!);
            if (result.GetValue(replay) is { } recorded)
            {
                var verdict = ReplayScenario.Run(recorded, where, result.GetValue(bound), step => Progress("replaying", step));
                return VerdictOutput.Show(verdict, result.GetValue(json));
            }

            var options = TrainOptionsFile.Read(result.GetValue(config)!, result.GetValue(set)!);
            var start = StartWeights.Parse(result.GetValue(init)!);
            var seed = Seed(result.GetValue(data), start);
            var network = options.ToNetwork();
            var plan = new RunPlan(options, start.For(network), _ => new GeneratedBatches(seed, options.Batch, options.Sizes, network), result.GetValue(iterations), seed) { Device = where };
            if (result.GetValue(record) is { } folder)
            {
                RecordedRun.Execute(plan, start.ProfileName, folder, "." + result.GetValue(format), afterStep: step => Progress("recording", step));
                Console.Out.WriteLine($"recorded {plan.Iterations} iterations in {folder}; replay them with: ppyolo train --replay {folder}");
            }
            else
            {
                TrainingRun.Execute(plan, afterStep: (_, step) => Progress("training", step));
            }

            return ExitCode.Aligned;
        });
        return command;
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
