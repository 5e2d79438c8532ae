using System.Text.Json.Nodes;
using PPYolo.Align;
using PPYolo.Align.Json;
using PPYolo.Align.Records;
using PPYolo.Align.Traces;
using PPYolo.Align.Verdicts;
using PPYolo.Data.Batches;
using PPYolo.Train.Capsules;
using PPYolo.Train.Epochs;
using PPYolo.Train.Feeds;
using PPYolo.Train.Ranks;
using PPYolo.Train.Ranks.Mpi;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;

namespace PPYolo.Harness.Replay;

/// <summary>
/// Trains the iterations of a capsule again: from its checkpoint, on batches that are made again, through all that is between the two.
/// </summary>
public static class CapsuleScenario
{
    /// <summary>Trains, and compares every sketch.</summary>
    /// <exception cref="AlignException">The capsule cannot be trained again, or its data are others.</exception>
    public static Verdict Run(CapsuleReplay replay)
    {
        var file = CapsuleFile.Read(replay.Folder);
        var head = Head(replay.Folder);
        var path = Path.Combine(replay.Folder, CapsuleFile.FileName);
        var recorded = RunSettings.Parse(file.Run.ToJsonString(), path);
        var settings = replay.Change(recorded);
        var team = Team(replay, recorded);
        var data = replay.OpenData(settings);
        RequireData(replay, settings, data);
        settings = settings with { Options = data.Fit(settings.Options) };
        using var state = CapsuleState.Read(replay.Folder, file, settings.Options.IterationsPerEpoch);
        var begin = Math.Max(file.FirstIteration, file.Origin.Iteration);
        var kept = Enumerable.Range(0, head.Ranks).Select(rank => TraceFile.Read(replay.Folder, rank)).ToList();
        var batches = data.Batches(settings.Options, SlicedBatches.Even(settings.Options.Batch, head.Ranks));
        var plan = replay.Plan(
            new RunPlan(
                settings.Options,
                state.Weights,
                replay.MayChangeData
                    ? batches
                    : rank => new CapsuleBatches(batches(rank), replay.Folder, rank, file.FirstIteration, replay.Say),
                file.LastIteration + 1,
                settings.Seed
            )
            {
                CheckReplicas = false,
                Device = replay.Device,
                DataFacts = data.Facts,
            }
        );
        if (begin > file.Origin.Iteration)
        {
            replay.Say($"training iterations {file.Origin.Iteration} to {begin - 1} again, which lead to the capsule's");
        }

        var ranks = RankLauncher.Run(team, members => Train(members, plan, state, begin, replay));
        if (replay.Record is { } folder)
        {
            Record(folder, replay, file, settings, ranks);
        }

        var skipped = begin - file.FirstIteration;
        var again = ranks.Select(rank => rank.Iterations).ToList();
        return new(
            $"{replay.Folder}: iterations {begin} to {file.LastIteration} trained again from the state before iteration "
                + $"{file.Origin.Iteration}",
            "the sketches of everything that the capsule keeps are asserted bit by bit"
                + (skipped == 0 ? "" : $"; iterations {file.FirstIteration} to {begin - 1} are before that state, and are not repeated"),
            CapsuleComparison.Checks(kept, again, file.FirstIteration, skipped),
            CapsuleComparison.Iterations(file, again[0]),
            []
        );
    }

    private static RecordHead Head(string folder)
    {
        var record = RunRecord.Look(folder);
        record.RequireDeclared();
        return record.Head;
    }

    private static RanksOptions Team(CapsuleReplay replay, RunSettings recorded)
    {
        if (MpiLaunch.Current is not null)
        {
            throw new AlignException($"{replay.Folder}: a capsule is trained again in one process; start the program without mpirun");
        }

        if (replay.Team?.Ranks is { } ranks && ranks != recorded.Ranks)
        {
            throw new AlignException($"{replay.Folder}: is of {recorded.Ranks} ranks, to be trained again on {ranks}; leave --ranks away");
        }

        var team = (replay.Team ?? new() { Threads = recorded.Threads }) with { Ranks = recorded.Ranks };
        if (team.ThreadsOverAllRanks(null) != recorded.Threads)
        {
            replay.Say($"{replay.Folder}: is of {recorded.Threads} threads, and {team.Threads} round otherwise: bits will differ");
        }

        return team;
    }

    private static void RequireData(CapsuleReplay replay, RunSettings settings, TrainingData data)
    {
        if (
            data is DatasetData { Fingerprint: var now }
            && settings.DataFingerprint?.Difference(now) is { } difference
            && !replay.MayChangeData
        )
        {
            throw new AlignException(
                $"{settings.Data}: {difference} changed since the run of {replay.Folder}; put back what was there, or see what it makes of "
                    + "the run with --data-changed"
            );
        }
    }

    private static RankReplay Train(IRanks ranks, RunPlan plan, CapsuleState state, int begin, CapsuleReplay replay)
    {
        using var trainer = new Trainer(plan, ranks);
        state.Restore(trainer.Step);
        while (trainer.Step.Iteration < begin)
        {
            Tell(trainer.Next().Result);
        }

        IterationTrace? last = null;
        var iterations = new List<BoxedIteration>();
        using var tracer = StepTracer.Watch(trainer.Step, trace => last = trace, replay.Trace ?? TraceOptions.Brief);
        while (trainer.Step.Iteration < plan.Iterations)
        {
            try
            {
                var done = trainer.Next();
                Add(BoxedIteration.Of(last!, ranks.Rank, done.Batch, done.Result));
                Tell(done.Result);
            }
            catch (NonFiniteLossException broken)
            {
                Add(BoxedIteration.Of(tracer.Unfinished, ranks.Rank, broken));
                break;
            }
        }

        return new(iterations, tracer.Modules, tracer.OutputGradients, TraceEnvironment.Here(CardSettings.Current));

        void Add(BoxedIteration boxed)
        {
            if (iterations.Count > 0)
            {
                iterations[^1] = iterations[^1] with { Batch = null };
            }

            iterations.Add(boxed);
        }

        void Tell(StepResult result)
        {
            if (ranks.Rank == 0)
            {
                replay.Progress?.Invoke(result);
            }
        }
    }

    private static void Record(
        string folder,
        CapsuleReplay replay,
        CapsuleFile file,
        RunSettings settings,
        IReadOnlyList<RankReplay> ranks
    ) =>
        CapsuleWriter.Fill(
            folder,
            new()
            {
                Reason = CapsuleReason.Replay,
                Found = $"{replay.Folder} was trained again",
                Options = settings.Options,
                Seed = settings.Seed,
                Run = JsonNode.Parse(StrictJson.Text(settings))!.AsObject(),
                Ranks = [.. ranks.Select(rank => rank.Iterations)],
                Source = new(file.Origin.Kind, file.Origin.Iteration, Path.Combine(replay.Folder, file.Origin.File)),
                Environment = ranks[0].Environment,
                Modules = ranks[0].Modules,
                OutputGradients = ranks[0].OutputGradients,
            }
        );

    private sealed record RankReplay(
        IReadOnlyList<BoxedIteration> Iterations,
        IReadOnlyCollection<string> Modules,
        IReadOnlyCollection<string> OutputGradients,
        IReadOnlyDictionary<string, string> Environment
    );
}
