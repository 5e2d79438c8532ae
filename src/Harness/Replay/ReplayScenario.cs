using PPYolo.Align;
using PPYolo.Align.Verdicts;
using PPYolo.Data.Batches;
using PPYolo.Harness.Reference;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Replay;

/// <summary>Trains on a recorded run again and compares it with what was recorded.</summary>
public static class ReplayScenario
{
    /// <summary>The reference procedure's bound on the sum of squared differences of a tensor after ten iterations.</summary>
    public const double StandardBound = 0.0005;

    /// <summary>Replays a record and writes its own end weights beside the recorded ones.</summary>
    /// <param name="folder">The record folder.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="ranks">Threads, and ranks where they are to be others than were recorded, which only a merged record allows.</param>
    /// <param name="bound">The largest sum of squared differences of a tensor.</param>
    /// <param name="write">Whether the replay's end weights are written into the folder.</param>
    /// <param name="progress">Told after each iteration.</param>
    /// <param name="recording">Where the replay is recorded in its turn, or null for nowhere; recording and tracing change no bit.</param>
    /// <param name="beforeTwin">Told the number of each twin, from 1 on, where a recording is to have a noise floor.</param>
    /// <param name="asReference">Whether losses, rates and movement are asserted too, as they are of a reference.</param>
    /// <returns>The verdict; null on the other ranks of an MPI launch, which have nothing to say.</returns>
    /// <exception cref="AlignException">The folder is no record, or incomplete.</exception>
    public static Verdict? Run(
        string folder,
        Device device,
        RanksOptions ranks,
        double bound = StandardBound,
        bool write = true,
        Action<StepResult>? progress = null,
        RecordOptions? recording = null,
        Action<int>? beforeTwin = null,
        bool asReference = false
    )
    {
        using var source = ReplayFolder.OfRecord(folder);
        return Run(source, device, ranks, out _, bound, write, progress, recording, beforeTwin, asReference);
    }

    /// <summary>Replays a run that was opened, as the other overload does.</summary>
    /// <param name="source">The run.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="ranks">Threads, and ranks where they are to be others than were recorded, which only a merged record allows.</param>
    /// <param name="end">What the replay ended with; null on the other ranks of an MPI launch.</param>
    /// <param name="bound">The largest sum of squared differences of a tensor.</param>
    /// <param name="write">Whether the replay's end weights are written into the folder.</param>
    /// <param name="progress">Told after each iteration.</param>
    /// <param name="recording">Where the replay is recorded in its turn, or null for nowhere.</param>
    /// <param name="beforeTwin">Told the number of each twin, from 1 on, where a recording is to have a noise floor.</param>
    /// <param name="asReference">Whether losses, rates and movement are asserted too, as they are of a reference.</param>
    /// <returns>The verdict; null on the other ranks of an MPI launch, which have nothing to say.</returns>
    public static Verdict? Run(
        ReplaySource source,
        Device device,
        RanksOptions ranks,
        out RunEnd? end,
        double bound = StandardBound,
        bool write = true,
        Action<StepResult>? progress = null,
        RecordOptions? recording = null,
        Action<int>? beforeTwin = null,
        bool asReference = false
    )
    {
        var files = source.Files;
        var plan = new RunPlan(source.Options, source.Start, rank => new RecordedBatches(files.Folder, rank), files.Iterations, source.Seed)
        {
            Device = device,
        };
        var team = Team(files, ranks);
        var output = write ? ReplayOutput.Open(source) : null;
        var results = RankLauncher.Run(
            team,
            members =>
            {
                if (members.Size != files.Ranks)
                {
                    throw new AlignException(WrongRanks(files, members.Size));
                }

                void Tell(StepResult result)
                {
                    if (members.Rank == 0)
                    {
                        progress?.Invoke(result);
                    }
                }

                var ended = recording is null
                    ? IterationLoop.Execute(plan, members, (_, result) => Tell(result))
                    : RecordingLoop.Execute(plan, source.InitProfile, recording, members, Tell, beforeTwin: beforeTwin);
                return (members.Rank, End: ended);
            }
        );
        end = results.FirstOrDefault(result => result.Rank == 0).End;
        if (end is null)
        {
            return null;
        }

        NonFinite.Require(end);
        output?.Write(end);
        var reference = asReference ? ReferenceBounds.For(source.Options, source.InitProfile) : null;
        var verdict = ReplayComparison.Of(source, end, bound, reference);
        return ReplayComparison.MayBeNoise(source, verdict) && !MpiRanks.IsLaunched
            ? ReplayComparison.Of(source, end, bound, reference, Twin(plan, team))
            : verdict;
    }

    /// <summary>The same run from start weights that are perturbed about their last bit.</summary>
    private static RunEnd Twin(RunPlan plan, RanksOptions team) =>
        RankLauncher
            .Run(team, members => (members.Rank, End: IterationLoop.Execute(TraceTwins.Of(plan, 0), members)))
            .First(result => result.Rank == 0)
            .End;

    private static RanksOptions Team(BatchFiles files, RanksOptions asked)
    {
        if (asked.Ranks is { } other && other != files.Ranks)
        {
            throw new AlignException(WrongRanks(files, other));
        }

        return MpiRanks.IsLaunched ? asked : asked with { Ranks = files.Ranks };
    }

    private static string WrongRanks(BatchFiles files, int found) =>
        $"{files.Folder}: recorded on {files.Ranks} ranks, to be replayed on {found}; replay it on {files.Ranks}, or merge "
        + $"it for one rank first: ppyolo merge {files.Folder} --out DIR";
}
