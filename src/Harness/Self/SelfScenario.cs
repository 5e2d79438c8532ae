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
/// average. On a card that does not promise the same bits, several replays measure how far apart they are, and the record may be no farther
/// than three times that.
/// </summary>
public static class SelfScenario
{
    /// <summary>Records and replays.</summary>
    /// <param name="plan">What to record.</param>
    /// <param name="initProfile">plain, calm or file; for the record.</param>
    /// <param name="folder">Where the record goes: a new folder, which stays.</param>
    /// <param name="ranks">How many ranks record and replay.</param>
    /// <param name="threads">Threads of libtorch over all ranks.</param>
    /// <param name="observeReplay">Given each rank's trainer of every replay, to watch it; the plan's own is given those of the recorded
    /// run.</param>
    /// <param name="progress">Told after each iteration of all runs.</param>
    /// <param name="again">Makes the batches of each rank once more, to be compared with the recorded ones; null where that would show
    /// nothing.</param>
    /// <param name="card">How the card computes; null for what this process was set up for.</param>
    public static Verdict Run(
        RunPlan plan,
        string initProfile,
        string folder,
        int ranks = 1,
        int threads = 2,
        Action<Trainer>? observeReplay = null,
        Action<string, StepResult>? progress = null,
        Func<int, IBatchSource>? again = null,
        CardSettings? card = null
    )
    {
        card ??= CardSettings.Current;
        var undetermined = card?.Undetermined ?? [];
        var recordedGradients = new NamedTensors();
        var recorded = ThreadTeam.Run(
            ranks,
            threads,
            team =>
                RecordingLoop.Execute(
                    plan,
                    initProfile,
                    new(folder) { Extension = TensorFormat.NumpyArchive.Extension, Card = card },
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
        ReplayedRun Replay(string what)
        {
            var gradients = new NamedTensors();
            var end = ThreadTeam.Run(
                ranks,
                threads,
                team => IterationLoop.Execute(replayPlan, team, (_, result) => Tell(team, progress, what, result), Watch(team, gradients))
            );
            return new(end, gradients);
        }

        List<ReplayedRun> replays = [Replay("replaying")];
        while (undetermined.Count > 0 && replays.Count < NoiseComparison.Replays)
        {
            replays.Add(Replay("replaying again"));
        }

        var findings = new List<TensorFinding>();
        var batches = again is null ? null : Batches(folder, plan.Iterations, ranks, again, findings);
        using var comparison = new SelfComparison(record, recordedGradients, plan.Iterations);
        var iterations = comparison.Iterations(replays[0].End);
        List<Check> checks =
        [
            .. batches is null ? Array.Empty<Check>() : [batches],
            .. undetermined.Count == 0
                ? comparison.OfBits(replays[0], iterations, findings)
                : comparison.OfNoise(replays, iterations, findings),
        ];
        return new(
            $"self against self{(record.Case.Ranks == 1 ? "" : $" on {record.Case.Ranks} ranks")}: {plan.Options.Network}, freezeAt "
                + $"{plan.Options.FreezeAt}, batch {plan.Options.Batch}, {plan.Iterations} iterations",
            undetermined.Count == 0
                ? $"recorded in {record.Folder} and replayed from its files; every bit is asserted"
                : $"recorded in {record.Folder} and replayed {replays.Count} times from its files; bits are not asserted, since this card "
                    + $"does not promise the same ones ({string.Join(", ", undetermined)}): the record may be as far from its first replay "
                    + $"as {NoiseComparison.Allowance} times the largest distance of two replays, which is measured for each tensor",
            checks,
            iterations,
            [.. findings.OrderByDescending(finding => finding.Severity)]
        )
        {
            Judgment = undetermined.Count == 0 ? "bit for bit" : $"by the noise of {replays.Count} replays, not bit for bit",
            Measurements = RunMeasurements.Of([.. recorded.Seconds, .. replays.SelectMany(replay => replay.End.Seconds)]),
        };
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

    private static void Tell(IRanks team, Action<string, StepResult>? progress, string what, StepResult result)
    {
        if (team.Rank == 0)
        {
            progress?.Invoke(what, result);
        }
    }
}
