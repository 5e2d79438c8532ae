using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Locks;
using PPYolo.Align.Records;
using PPYolo.Cli.Output;
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
        var all = new TrainOptionSet();
        var command = new GroupedCommand("train", "Trains for epochs or for some iterations, records a run, or replays one.")
        {
            Examples =
            [
                (
                    "Train on a dataset, and go on after an interruption",
                    "ppyolo train --config ppyolo_r18vd_voc2012 --data DIR --out runs/mine"
                ),
                ("", "ppyolo train --resume --out runs/mine"),
                (
                    "Finetune weights on a dataset of three classes",
                    "ppyolo train --config ppyolo_r50vd_voc2012 --set classes=3 --data DIR -c FILE --out runs/fine"
                ),
                ("Record ten iterations, and replay them after a change", "ppyolo train --config ppyolo_r18vd_voc2012 --record before"),
                ("", "ppyolo train --replay before"),
                (
                    "Keep a black box, and train the moment again in which something happened",
                    "ppyolo train --config ppyolo_r18vd_voc2012 --data DIR --out runs/mine --black-box 20"
                ),
                ("", "ppyolo train --replay runs/mine/capsules/iteration000237-not-finite"),
            ],
        };
        all.AddTo(command);
        command.Validators.Add(result =>
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
                IsOverEpochs(result)
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
        });
        command.SetAction(result =>
        {
            var where = SharedOptions.Prepare(
                result.GetValue(all.Threads),
                result.GetValue(all.Device)!,
                result.GetValue(all.Tf32),
                result.GetValue(all.Ranks) ?? 1
            );
            var team = new RanksOptions { Ranks = result.GetValue(all.Ranks), Threads = result.GetValue(all.Threads) };
            using var writing = RecordedFolder.Of(result.GetValue(all.Record));
            if (result.GetValue(all.Replay) is { } capsule && CapsuleFile.ExistsIn(capsule))
            {
                return VerdictOutput.Show(ReplayedCapsule.Run(result, all, capsule, where), result.GetValue(all.Json));
            }

            if (result.GetValue(all.Replay) is { } recorded)
            {
                using var run = ReplayedFolder.Open(result, all, recorded);
                CaseNotes.Say(run.Notes);
                using var replayed = RecordedFolder.OfReplay(recorded);
                var verdict = ReplayScenario.Run(
                    run,
                    where,
                    team,
                    out _,
                    result.GetValue(all.Bound),
                    progress: step =>
                    {
                        writing?.Require();
                        replayed?.Require();
                        Progress("replaying", step);
                    },
                    recording: Recording(result),
                    beforeTwin: twin => ProgressOfTwin(twin, result.GetValue(all.Floor))
                );
                if (verdict is not null && result.GetValue(all.Record) is { } again)
                {
                    SayRecorded(again);
                }

                return verdict is null ? ExitCode.Aligned : VerdictOutput.Show(verdict, result.GetValue(all.Json));
            }

            if (
                IsOverEpochs(result.CommandResult)
                || (
                    DataOptions.IsDataset(result.GetValue(all.Data.Data))
                    && result.GetValue(all.Record) is null
                    && result.GetResult(all.Iterations) is not { Implicit: false }
                )
            )
            {
                OverEpochs(result, team, where).Run();
                return ExitCode.Aligned;
            }

            var start = StartWeights.Parse(result.GetValue(all.Init)!);
            var source = all.Data.Open(result, result.GetValue(all.Seed) ?? start.Seed ?? "1");
            var options = source.Fit(TrainOptionsFile.Read(result.GetValue(all.Config)!, result.GetValue(all.Set)!));
            RankLauncher.Run(
                team,
                members =>
                {
                    var counts = SharedOptions.Counts(result.GetValue(all.Split), options.Batch, members.Size);
                    if (counts.Count != members.Size)
                    {
                        throw new AlignException($"--split {result.GetValue(all.Split)}: {counts.Count} counts for {members.Size} ranks");
                    }

                    var plan = new RunPlan(
                        options,
                        start.For(options.ToNetwork()),
                        source.Batches(options, counts),
                        result.GetValue(all.Iterations),
                        source.Seed
                    )
                    {
                        Device = where,
                        DataFacts = source.Facts,
                    };
                    Train(plan, members, start.ProfileName, Recording(result), writing, result.GetValue(all.Timings));
                    return members.Rank;
                }
            );
            return ExitCode.Aligned;
        });
        return command;

        bool IsOverEpochs(SymbolResult result) =>
            result.GetResult(all.Epochs) is { Implicit: false }
            || result.GetValue(all.Output) is not null
            || result.GetValue(all.Resume)
            || result.GetValue(all.ShowFirstBatch)
            || result.GetResult(all.BlackBox) is { Implicit: false }
            || result.GetValue(all.Checkpoint) is not null
            || result.GetValue(all.Continue) is not null;

        RecordOptions? Recording(ParseResult result) =>
            result.GetValue(all.Record) is not { } folder
                ? null
                : new(folder)
                {
                    Extension = "." + result.GetValue(all.Format),
                    Gradients = result.GetValue(all.Gradients),
                    Trace =
                        result.GetValue(all.Trace) || result.GetValue(all.Whole)!.Length > 0
                            ? new TraceOptions { Full = [.. result.GetValue(all.Whole)!] }
                            : null,
                    Twins = result.GetValue(all.Floor),
                };

        EpochSession OverEpochs(ParseResult result, RanksOptions team, TorchSharp.torch.Device where)
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
                $"{new CheckpointStore(folder).Latest ?? "what the run began with"} is whole"
                + (session?.LastCapsule is { } last ? $", {last} has the last iterations" : "")
                + $"; go on with: ppyolo train --resume --out {folder}";
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
                Asked = name is null ? null : Settings(result, name, team),
                AskedOver = recorded => Over(result, recorded),
                MayChangeData = result.GetValue(all.DataChanged),
                Epochs = result.GetValue(all.Epochs),
                OpenData = settings => all.Data.Open(settings, result),
            };
        }

        string StartOf(ParseResult result) => result.GetValue(all.Init) is var init && File.Exists(init) ? Path.GetFullPath(init) : init!;

        // What was given, each option by itself; the rest is the run's.
        RunSettings Over(ParseResult result, RunSettings recorded)
        {
            var data = Given(all.Data.Data) && result.GetValue(all.Data.Data) is { } from ? PathOf(from) : recorded.Data;
            return recorded with
            {
                Options = TrainOptionsFile.Override(recorded.Options, result.GetValue(all.Set)!, "the run's settings with --set"),
                Data = data,
                Images = all.Data.Images(result) is { } folder ? Path.GetFullPath(folder) : recorded.Images,
                Strict = all.Data.Strict(result) || recorded.Strict,
                SameSizeAcrossRanks = all.Data.GivesSizes(result)
                    ? all.Data.SameSizeAcrossRanks(result, data)
                    : recorded.SameSizeAcrossRanks,
                EvalData = result.GetValue(all.EvalData) is { } held ? Path.GetFullPath(held) : recorded.EvalData,
                Seed = result.GetValue(all.Seed) ?? recorded.Seed,
                Init = Given(all.Init) ? StartOf(result) : recorded.Init,
                Checkpoint = result.GetValue(all.Checkpoint) is { } file ? Path.GetFullPath(file) : recorded.Checkpoint,
            };

            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
        }

        RunSettings Settings(ParseResult result, string name, RanksOptions team)
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
                Init = StartOf(result),
                Checkpoint = result.GetValue(all.Checkpoint) is { } file ? Path.GetFullPath(file) : null,
                Continued = result.GetValue(all.Continue) is { } theirs ? Path.GetFullPath(theirs) : null,
                Ranks = team.Size(MpiLaunch.Current),
                Threads = team.ThreadsOverAllRanks(MpiLaunch.Current),
            };
        }
    }

    private static string PathOf(string data) => DataOptions.IsDataset(data) ? Path.GetFullPath(data) : data;

    private static void Train(RunPlan plan, IRanks ranks, string profile, RecordOptions? recording, FolderLock? writing, bool timings)
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
                step =>
                {
                    writing?.Require();
                    Progress("recording", step);
                },
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

    internal static void Progress(string what, StepResult step) =>
        Console.Out.WriteLine(
            $"{what} iteration {step.Iteration}: size {step.Size}, lr {step.LearningRate:R}, "
                + $"{string.Join(", ", step.Losses.Select(loss => $"{loss.Key} {loss.Value:G7}"))}"
        );
}
