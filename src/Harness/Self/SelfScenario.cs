using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Data.Batches;
using PPYolo.Harness.Measures;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;

namespace PPYolo.Harness.Self;

/// <summary>
/// Scenario 2: record a run, replay it from its files, and expect the same bits in every loss, gradient, weight, momentum and moving
/// average.
/// </summary>
public static class SelfScenario
{
    /// <summary>Records and replays.</summary>
    /// <param name="plan">What to record.</param>
    /// <param name="initProfile">plain, calm or file; for the record.</param>
    /// <param name="folder">Where the record goes: a new folder, which stays.</param>
    /// <param name="ranks">How many ranks record and replay.</param>
    /// <param name="threads">Threads of libtorch over all ranks.</param>
    /// <param name="observeReplay">Given each rank's trainer of the replay, to watch it; the plan's own is given those of the recorded
    /// run.</param>
    /// <param name="progress">Told after each iteration of both runs.</param>
    /// <param name="again">Makes the batches of each rank once more, to be compared with the recorded ones; null where that would show
    /// nothing.</param>
    public static Verdict Run(
        RunPlan plan,
        string initProfile,
        string folder,
        int ranks = 1,
        int threads = 2,
        Action<Trainer>? observeReplay = null,
        Action<string, StepResult>? progress = null,
        Func<int, IBatchSource>? again = null
    )
    {
        CardSettings.Current?.RequireDeterminism("align self");
        var recordedGradients = new NamedTensors();
        var recorded = ThreadTeam.Run(
            ranks,
            threads,
            team =>
                RecordingLoop.Execute(
                    plan,
                    initProfile,
                    new(folder) { Extension = TensorFormat.NumpyArchive.Extension },
                    team,
                    result => progress?.Invoke("recording", result),
                    observe: Watch(team, recordedGradients)
                )
        );
        var record = RunRecord.Open(folder);
        using var start = record.ReadStart();
        var replayPlan = plan with
        {
            Start = start,
            Batches = rank => new RecordedBatches(folder, rank),
            Options = record.Case.Options,
            Observe = observeReplay,
        };
        var gradients = new NamedTensors();
        var replay = ThreadTeam.Run(
            ranks,
            threads,
            team => IterationLoop.Execute(replayPlan, team, (_, result) => Tell(team, progress, result), Watch(team, gradients))
        );
        var findings = new List<TensorFinding>();
        var batches = again is null ? null : Batches(folder, plan.Iterations, ranks, again, findings);
        return Compare(plan, record, recorded, recordedGradients, replay, gradients, batches, findings);
    }

    /// <summary>
    /// Compares what was recorded with batches that are made again, last to first: they must not depend on what was asked for before.
    /// </summary>
    private static Check Batches(string folder, int iterations, int ranks, Func<int, IBatchSource> again, List<TensorFinding> findings)
    {
        string? first = null;
        var differing = 0;
        for (var rank = 0; rank < ranks; rank++)
        {
            var recorded = new RecordedBatches(folder, rank);
            var source = again(rank);
            using var owned = source as IDisposable;
            for (var iteration = iterations - 1; iteration >= 0; iteration--)
            {
                var check = BitwiseComparison.Run(
                    "batches",
                    source.At(iteration).ToTensors(),
                    recorded.At(iteration).ToTensors(),
                    findings
                );
                differing += check.Passed ? 0 : 1;
                first = check.Passed ? first : $"iteration {iteration} of rank {rank}, {check.Worst}";
            }
        }

        return new("batches, made again", "batches that differ in any bit", differing, 0, first) { Note = $"{iterations * ranks} batches" };
    }

    private static Action<TrainStep>? Watch(IRanks team, NamedTensors gradients) =>
        team.Rank == 0 ? step => FirstGradients.Watch(step, gradients) : null;

    private static void Tell(IRanks team, Action<string, StepResult>? progress, StepResult result)
    {
        if (team.Rank == 0)
        {
            progress?.Invoke("replaying", result);
        }
    }

    private static Verdict Compare(
        RunPlan plan,
        RunRecord record,
        RunEnd recorded,
        NamedTensors recordedGradients,
        RunEnd replay,
        NamedTensors gradients,
        Check? batches,
        List<TensorFinding> findings
    )
    {
        var iterations = replay
            .Steps.Zip(
                record.ReadLosses().Iterations,
                (ours, theirs) =>
                    new IterationComparison(
                        ours.Iteration,
                        ours.Size,
                        ours.LearningRate,
                        theirs.LearningRate,
                        [
                            .. ours.Losses.Select(loss => new LossComparison(
                                loss.Key,
                                loss.Value,
                                theirs.Losses.GetValueOrDefault(loss.Key, float.NaN)
                            )),
                        ]
                    )
            )
            .ToList();
        var differing = iterations
            .Where(iteration =>
                iteration.Rate != iteration.ExpectedRate
                || iteration.Losses.Any(loss => BitConverter.DoubleToInt64Bits(loss.Found) != BitConverter.DoubleToInt64Bits(loss.Expected))
            )
            .ToList();
        using var end = record.Read(RunRecord.EndName);
        using var raw = record.Read(RunRecord.RawEndName);
        using var momentum = record.Read(RunRecord.MomentumName);
        List<Check> checks =
        [
            .. batches is null ? Array.Empty<Check>() : [batches],
            new("iterations replayed", "missing", plan.Iterations - iterations.Count, 0),
            BitwiseComparison.Run("gradients of iteration 0", gradients, recordedGradients, findings),
            new(
                "losses and learning rates",
                "iterations that differ in any bit",
                differing.Count,
                0,
                differing.Count == 0 ? null : $"iteration {differing[0].Iteration}"
            ),
            BitwiseComparison.Run("weights", replay.Raw, raw, findings),
            BitwiseComparison.Run("momentum", replay.Momentum, momentum, findings),
            BitwiseComparison.Run("moving averages", replay.Ema, end, findings),
        ];
        return new(
            $"self against self{(record.Case.Ranks == 1 ? "" : $" on {record.Case.Ranks} ranks")}: {plan.Options.Network}, freezeAt "
                + $"{plan.Options.FreezeAt}, batch {plan.Options.Batch}, {plan.Iterations} iterations",
            $"recorded in {record.Folder} and replayed from its files; every bit is asserted",
            checks,
            iterations,
            [.. findings.OrderByDescending(finding => finding.Severity)]
        )
        {
            Measurements = RunMeasurements.Of([.. recorded.Seconds, .. replay.Seconds]),
        };
    }
}
