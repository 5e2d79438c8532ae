using System.CommandLine;
using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Locks;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Harness.Replay;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;
using PPYolo.Train.Weights;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo train.</summary>
internal static class TrainCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary = "Trains for epochs or for some iterations, records a run, or replays one.";

    public static Command Create()
    {
        var all = new TrainOptionSet();
        var command = new GroupedCommand("train", Summary)
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
        command.Validators.Add(result => TrainRules.Check(result, all));
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

            if (TrainRules.IsRunOverEpochs(result.CommandResult, all))
            {
                new EpochRequest(result, all).Session(team, where).Run();
                return ExitCode.Aligned;
            }

            var start = StartWeights.Parse(result.GetValue(all.Init)!);
            var source = all.Data.Open(result, result.GetValue(all.Seed) ?? start.Seed ?? "1");
            var options = source.Fit(TrainOptionsFile.Read(result.GetValue(all.Config)!, result.GetValue(all.Set)!));
            RankLauncher.Run(
                team,
                members =>
                {
                    RunAgreement.RequireSame(TrainOptionUse.OfIterations(result, all), members);
                    var counts = SharedOptions.Counts(result.GetValue(all.Split), options.Batch, members.Size);
                    if (counts.Count != members.Size)
                    {
                        throw new AlignException($"--split {result.GetValue(all.Split)}: {counts.Count} counts for {members.Size} ranks");
                    }

                    // Nobody writes to them: ranks of one process need them once.
                    var weights = members.Lend("start weights", StartOf) ?? StartOf();
                    var plan = new RunPlan(options, weights, source.Batches(options, counts), result.GetValue(all.Iterations), source.Seed)
                    {
                        Device = where,
                        DataFacts = source.Facts,
                    };
                    Train(plan, members, start.ProfileName, Recording(result), writing, result.GetValue(all.Timings));
                    return members.Rank;

                    NamedTensors StartOf() => start.For(options.ToNetwork());
                }
            );
            return ExitCode.Aligned;
        });
        return command;

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
    }

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
