using PPYolo.Align;
using PPYolo.Align.Comparison;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Data.Batches;
using PPYolo.Harness.Measures;
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
        var record = RunRecord.Open(folder);
        using var start = record.ReadStart();
        var options = record.Case.Options;
        var plan = new RunPlan(options, start, rank => new RecordedBatches(folder, rank), record.Case.Iterations, record.Case.Seed)
        {
            Device = device,
        };
        var results = RankLauncher.Run(
            Team(record, ranks),
            team =>
            {
                if (team.Size != record.Case.Ranks)
                {
                    throw new AlignException(WrongRanks(record, team.Size));
                }

                void Tell(StepResult result)
                {
                    if (team.Rank == 0)
                    {
                        progress?.Invoke(result);
                    }
                }

                var end = recording is null
                    ? IterationLoop.Execute(plan, team, (_, result) => Tell(result))
                    : RecordingLoop.Execute(plan, record.Case.InitProfile, recording, team, Tell, beforeTwin: beforeTwin);
                return (team.Rank, End: end);
            }
        );
        var end = results.FirstOrDefault(result => result.Rank == 0).End;
        if (end is null)
        {
            return null;
        }

        if (write)
        {
            TensorFile.Write(Path.Combine(folder, RunRecord.ReplayName + record.Extension), end.Ema);
            TensorFile.Write(Path.Combine(folder, RunRecord.RawReplayName + record.Extension), end.Raw);
        }

        return Compare(record, end, bound, asReference ? start : null);
    }

    private static RanksOptions Team(RunRecord record, RanksOptions asked)
    {
        if (asked.Ranks is { } other && other != record.Case.Ranks)
        {
            throw new AlignException(WrongRanks(record, other));
        }

        return MpiRanks.IsLaunched ? asked : asked with { Ranks = record.Case.Ranks };
    }

    private static string WrongRanks(RunRecord record, int found) =>
        $"{record.Folder}: recorded on {record.Case.Ranks} ranks, to be replayed on {found}; replay it on {record.Case.Ranks}, or merge "
        + $"it for one rank first: ppyolo merge {record.Folder} --out DIR";

    private static Verdict Compare(RunRecord record, RunEnd end, double bound, NamedTensors? start)
    {
        var reference = start is null ? null : ReferenceBounds.For(record.Case.Options, record.Case.InitProfile);
        var iterations = end
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
        var findings = new List<TensorFinding>();
        using var raw = record.Read(RunRecord.RawEndName);
        using var ema = record.Read(RunRecord.EndName);
        List<Check> checks =
        [
            new("iterations replayed", "missing", record.Case.Iterations - iterations.Count, 0),
            .. reference is null ? [] : ReferenceChecks.OfLosses(iterations, reference),
            Distances("weights", end.Raw, raw, bound, findings),
            Distances("moving averages", end.Ema, ema, bound, findings),
        ];
        if (reference is not null && ReferenceChecks.OfMovement(end.Raw, raw, start!, reference) is { } movement)
        {
            checks.Add(movement);
        }

        return new(
            $"replay of {record.Folder}: {record.Case.Options.Network}, batch {record.Case.Options.Batch}, "
                + $"{record.Case.Iterations} iterations",
            Scope(reference, iterations.Count - 1),
            checks,
            iterations,
            [.. findings.OrderByDescending(finding => finding.Severity)]
        )
        {
            Measurements = RunMeasurements.Of(end.Seconds),
        };
    }

    private static string Scope(ReferenceBounds? reference, int last) =>
        reference is null ? "weights and moving averages after the last iteration are asserted; losses are shown"
        : reference.Movement is null
            ? $"losses are asserted up to iteration {Math.Min(reference.LastLoss, last)}, weights and moving averages after the last "
                + "iteration by the flat bound alone: with such start weights rounding differences grow into them"
        : $"losses are asserted up to iteration {Math.Min(reference.LastLoss, last)}, weights, moving averages and movement after the last";

    private static Check Distances(string title, NamedTensors found, NamedTensors expected, double bound, List<TensorFinding> findings)
    {
        var comparison = TensorComparer.Compare(expected, found, new() { Bound = bound });
        findings.AddRange(comparison.ToFindings(title));
        return comparison.ToCheck(title) with { Note = comparison.BitwiseEqual ? "every bit is equal" : null };
    }
}
