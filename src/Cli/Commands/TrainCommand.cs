using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Cli.Progress;
using PPYolo.Harness.Replay;
using PPYolo.Train.Epochs;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Ranks.Mpi;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;
using PPYolo.Train.Weights;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo train.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var config = new Option<string?>("--config", "-f")
        {
            Description = $"A configuration: {string.Join(", ", TrainOptionsFile.Names)}, or a JSON file.",
            HelpName = "NAME|FILE",
        };
        var set = SharedOptions.Set();
        var init = SharedOptions.Init();
        var iterations = SharedOptions.Iterations();
        var data = new DataOptions();
        var seed = new Option<string?>("--seed")
        {
            Description = "Seed of all that is random in data and network; that of --init unless given.",
            HelpName = "N",
        };
        var epochs = new Option<int?>("--epochs")
        {
            Description =
                "Trains for epochs, with a checkpoint after each, in the folder --out; as the configuration says where a dataset is "
                + "given and nothing else.",
            HelpName = "N",
            Validators = { one => SharedOptions.RequirePositive(one, "--epochs") },
        };
        var output = new Option<string?>("--out")
        {
            Description = "The folder of a run over epochs; runs/CONFIG unless given.",
            HelpName = "DIR",
        };
        var resume = new Option<bool>("--resume")
        {
            Description = "Goes on with the run in --out from its last checkpoint; begins one where there is none and --config is given.",
        };
        var checkpoint = new Option<string?>("--checkpoint", "-c")
        {
            Description =
                "Finetunes: takes over from this file what fits by name and shape, also with another number of classes, and lists what "
                + "does not.",
            HelpName = "FILE",
        };
        var keep = new Option<int>("--keep")
        {
            Description = "How many of the last checkpoints stay, the best one beside them; 0 is all.",
            HelpName = "N",
            DefaultValueFactory = _ => CheckpointStore.StandardKeep,
            Validators = { one => SharedOptions.RequireAtLeast(0, one, "--keep") },
        };
        var evalData = new Option<string?>("--eval-data")
        {
            Description =
                "The dataset that the moving average is evaluated on, a folder or its COCO annotation file; the part val of --data "
                + "unless given.",
            HelpName = "DIR|FILE",
        };
        var evalBatch = InferenceOptionSet.EvalBatchSize();
        var log = new Option<int>("--log-interval")
        {
            Description = "Iterations from one line of progress to the next where the output is no terminal.",
            HelpName = "N",
            DefaultValueFactory = _ => 10,
            Validators = { one => SharedOptions.RequirePositive(one, "--log-interval") },
        };
        var record = new Option<string?>("--record")
        {
            Description = "Writes a record folder: case.json, start weights, every batch with its losses, end weights.",
            HelpName = "DIR",
        };
        var replay = new Option<string?>("--replay")
        {
            Description =
                "Trains on a recorded run again, comparing as it goes, and writes its end weights (1.*) into the folder; with --record "
                + "DIR it is recorded in its turn, to trace a run afterwards, say.",
            HelpName = "DIR",
        };
        string[] formats = [.. TensorFormat.ForWeights.Select(one => one.Extension[1..])];
        var format = new Option<string>("--format")
        {
            Description = "The format of recorded weights.",
            HelpName = string.Join('|', formats),
            DefaultValueFactory = _ => formats[0],
        };
        format.AcceptOnlyFromAmong(formats);
        var bound = new Option<double>("--d-value")
        {
            Description = "With --replay: the largest sum of squared differences of a tensor.",
            DefaultValueFactory = _ => ReplayScenario.StandardBound,
            HelpName = "X",
        };
        var ranks = new Option<int?>("--ranks")
        {
            Description =
                "Ranks that share each batch, in threads of this process. For processes, on any number of machines: mpirun -np N dotnet "
                + "ppyolo.dll train ... without --ranks.",
            HelpName = "N",
        };
        var split = SharedOptions.Split();
        var gradients = new Option<bool>("--gradients") { Description = "With --record: also writes the gradients of iteration 0." };
        var trace = new Option<bool>("--trace")
        {
            Description =
                "With --record: also writes statistics and sketches of everything that each iteration computes, for ppyolo explain.",
        };
        var whole = new Option<string[]>("--trace-full")
        {
            Description = "With --trace: keeps the tensors of these names whole, * and ? stand for anything; may be repeated.",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
        };
        var floor = new Option<int>("--floor")
        {
            Description =
                "With --record: trains so many twins from start weights that are perturbed about their last bit, and keeps how far they "
                + "are from the run, for each tensor and iteration (floor.npz): the noise floor that ppyolo explain judges by.",
            HelpName = "K",
            Validators = { one => SharedOptions.RequirePositive(one, "--floor") },
        };
        var timings = new Option<bool>("--timings") { Description = "Prints bytes and time of the communication between ranks." };
        var threads = SharedOptions.Threads(overRanks: true);
        var device = SharedOptions.Device();
        var tf32 = SharedOptions.Tf32();
        var json = SharedOptions.Json();
        var command = new Command("train", "Trains for epochs or for some iterations, records a run, or replays one.")
        {
            config,
            set,
            init,
            checkpoint,
            seed,
            epochs,
            output,
            resume,
            keep,
            evalData,
            evalBatch,
            log,
            iterations,
            record,
            replay,
            format,
            bound,
            ranks,
            split,
            gradients,
            trace,
            whole,
            floor,
            timings,
            threads,
            device,
            tf32,
            json,
        };
        data.AddTo(command);
        command.Validators.Add(result =>
        {
            if (
                result.GetValue(resume)
                    ? result.GetValue(replay) is not null
                    : (result.GetValue(config) is null) == (result.GetValue(replay) is null)
            )
            {
                result.AddError(
                    "train needs --config NAME (to train), --resume --out DIR (to go on with a run), or --replay DIR (to train on a "
                        + "recorded run again)"
                );
            }
            else if (
                IsOverEpochs(result)
                && (
                    result.GetValue(record) is not null
                    || result.GetValue(split) is not null
                    || result.GetResult(iterations) is { Implicit: false }
                )
            )
            {
                result.AddError(
                    "--epochs, --out, --resume and --checkpoint are of a run over epochs: they go with neither --iterations nor "
                        + "--record nor --split"
                );
            }
            else if (result.GetValue(seed) is { } given && !given.All(char.IsAsciiDigit))
            {
                result.AddError($"--seed: expected a decimal number, found '{given}'");
            }
            else if (
                result.GetValue(replay) is not null
                && (result.GetResult(set) is { Implicit: false } || result.GetResult(init) is { Implicit: false })
            )
            {
                result.AddError("--replay repeats what was recorded: it goes with neither --set nor --init");
            }
            else if ((result.GetValue(trace) || result.GetValue(whole) is { Length: > 0 }) && result.GetValue(record) is null)
            {
                result.AddError("--trace is written into a record: name its folder with --record DIR");
            }
            else if (result.GetResult(floor) is { Implicit: false } && result.GetValue(record) is null)
            {
                result.AddError("--floor is kept in a record: name its folder with --record DIR");
            }
        });
        command.SetAction(result =>
        {
            var where = SharedOptions.Prepare(
                result.GetValue(threads),
                result.GetValue(device)!,
                result.GetValue(tf32),
                result.GetValue(ranks) ?? 1
            );
            var team = new RanksOptions { Ranks = result.GetValue(ranks), Threads = result.GetValue(threads) };
            if (result.GetValue(replay) is { } recorded)
            {
                CaseNotes.Say(RunRecord.Open(recorded).Case);
                var verdict = ReplayScenario.Run(
                    recorded,
                    where,
                    team,
                    result.GetValue(bound),
                    progress: step => Progress("replaying", step),
                    recording: Recording(result),
                    beforeTwin: twin => ProgressOfTwin(twin, result.GetValue(floor))
                );
                if (verdict is not null && result.GetValue(record) is { } again)
                {
                    SayRecorded(again);
                }

                return verdict is null ? ExitCode.Aligned : VerdictOutput.Show(verdict, result.GetValue(json));
            }

            if (
                IsOverEpochs(result.CommandResult)
                || (
                    DataOptions.IsDataset(result.GetValue(data.Data))
                    && result.GetValue(record) is null
                    && result.GetResult(iterations) is not { Implicit: false }
                )
            )
            {
                OverEpochs(result, team, where).Run();
                return ExitCode.Aligned;
            }

            var start = StartWeights.Parse(result.GetValue(init)!);
            var source = data.Open(result, result.GetValue(seed) ?? start.Seed ?? "1");
            var options = source.Fit(TrainOptionsFile.Read(result.GetValue(config)!, result.GetValue(set)!));
            RankLauncher.Run(
                team,
                members =>
                {
                    var counts = SharedOptions.Counts(result.GetValue(split), options.Batch, members.Size);
                    if (counts.Count != members.Size)
                    {
                        throw new AlignException($"--split {result.GetValue(split)}: {counts.Count} counts for {members.Size} ranks");
                    }

                    var plan = new RunPlan(
                        options,
                        start.For(options.ToNetwork()),
                        source.Batches(options, counts),
                        result.GetValue(iterations),
                        source.Seed
                    )
                    {
                        Device = where,
                    };
                    Train(plan, members, start.ProfileName, Recording(result), result.GetValue(timings));
                    return members.Rank;
                }
            );
            return ExitCode.Aligned;
        });
        return command;

        bool IsOverEpochs(SymbolResult result) =>
            result.GetValue(epochs) is not null
            || result.GetValue(output) is not null
            || result.GetValue(resume)
            || result.GetValue(checkpoint) is not null;

        RecordOptions? Recording(ParseResult result) =>
            result.GetValue(record) is not { } folder
                ? null
                : new(folder)
                {
                    Extension = "." + result.GetValue(format),
                    Gradients = result.GetValue(gradients),
                    Trace =
                        result.GetValue(trace) || result.GetValue(whole)!.Length > 0
                            ? new TraceOptions { Full = [.. result.GetValue(whole)!] }
                            : null,
                    Twins = result.GetValue(floor),
                };

        EpochSession OverEpochs(ParseResult result, RanksOptions team, TorchSharp.torch.Device where)
        {
            var name = result.GetValue(config);
            var folder =
                result.GetValue(output)
                ?? Path.Combine(
                    "runs",
                    Path.GetFileNameWithoutExtension(name)
                        ?? throw new AlignException("--resume without --config needs --out DIR, the folder of the run")
                );
            return new()
            {
                Folder = folder,
                Resume = result.GetValue(resume),
                Keep = result.GetValue(keep),
                Show = run => TrainingConsole.Show(run, result.GetValue(log)),
                Say = TrainingConsole.Say,
                EvalBatch = result.GetValue(evalBatch),
                Team = team,
                Device = where,
                Asked = name is null ? null : Settings(result, name, team),
                Epochs = result.GetValue(epochs),
                OpenData = settings =>
                    data.Open(settings.Data, settings.Images, settings.Strict, settings.SameSizeAcrossRanks, settings.Seed, result),
            };
        }

        RunSettings Settings(ParseResult result, string name, RanksOptions team)
        {
            var options = TrainOptionsFile.Read(name, result.GetValue(set)!);
            var from = result.GetValue(data.Data);
            var random = result.GetValue(seed) ?? StartWeights.Parse(result.GetValue(init)!).Seed ?? "1";
            return new()
            {
                Options = options with { Epochs = result.GetValue(epochs) ?? options.Epochs },
                Data = DataOptions.IsDataset(from) ? Path.GetFullPath(from!) : from ?? $"generator:{random}",
                Images = data.Images(result) is { } folder ? Path.GetFullPath(folder) : null,
                Strict = data.Strict(result),
                SameSizeAcrossRanks = data.SameSizeAcrossRanks(result, from),
                EvalData = result.GetValue(evalData) is { } held ? Path.GetFullPath(held) : null,
                Seed = random,
                Init = File.Exists(result.GetValue(init)) ? Path.GetFullPath(result.GetValue(init)!) : result.GetValue(init)!,
                Checkpoint = result.GetValue(checkpoint) is { } file ? Path.GetFullPath(file) : null,
                Ranks = team.Size(MpiLaunch.Current),
                Threads = team.ThreadsOverAllRanks(MpiLaunch.Current),
            };
        }
    }

    private static void Train(RunPlan plan, IRanks ranks, string profile, RecordOptions? recording, bool timings)
    {
        var first = ranks.Rank == 0;
        var end = recording is null
            ? IterationLoop.Execute(
                plan,
                ranks,
                (_, step) =>
                {
                    if (first)
                    {
                        Progress("training", step);
                    }
                }
            )
            : RecordingLoop.Execute(
                plan,
                profile,
                recording,
                ranks,
                step => Progress("recording", step),
                beforeTwin: twin => ProgressOfTwin(twin, recording.Twins)
            );
        NonFinite.Require(end);
        if (first && recording is not null)
        {
            SayRecorded(recording.Folder);
        }

        if (first && timings)
        {
            var total = end.Seconds.Sum();
            Console.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"rank 0 of {ranks.Size}: {ranks.BytesReduced / plan.Iterations / 1e6:0.0} MB per iteration reduced; "
                        + $"{ranks.SecondsInCalls / plan.Iterations * 1e3:0.0} ms per iteration in calls, waiting for others included, "
                        + $"{100 * ranks.SecondsInCalls / total:0.0} % of {total / plan.Iterations:0.000} s"
                )
            );
        }
    }

    private static void SayRecorded(string folder) =>
        Console.Out.WriteLine($"recorded in {folder}; replay it with: ppyolo train --replay {folder}");

    /// <summary>What is said before each twin that measures the noise floor.</summary>
    private static void ProgressOfTwin(int twin, int twins) => Console.Out.WriteLine($"measuring the noise floor: twin {twin} of {twins}");

    private static void Progress(string what, StepResult step) =>
        Console.Out.WriteLine(
            $"{what} iteration {step.Iteration}: size {step.Size}, lr {step.LearningRate:R}, "
                + $"{string.Join(", ", step.Losses.Select(loss => $"{loss.Key} {loss.Value:G7}"))}"
        );
}
