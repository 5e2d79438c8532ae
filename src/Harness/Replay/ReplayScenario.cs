using PPYolo.Align;
using PPYolo.Align.Comparison;
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

    /// <summary>
    /// The largest relative difference of a loss where nobody recorded more than losses and end weights: that of the reference's calm
    /// cases, and three times what its own variants of all cases show in iteration 0.
    /// </summary>
    public const double LossBound = 1e-4;

    /// <summary>The largest relative distance of a parameter's momentum: a kink of an activation moves a gradient by up to 0.03.</summary>
    public const double MomentumBound = 0.1;

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
        return Compare(source, end, bound, asReference);
    }

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

    private static Verdict Compare(ReplaySource source, RunEnd end, double bound, bool asReference)
    {
        var reference = asReference ? ReferenceBounds.For(source.Options, source.InitProfile) : null;
        var iterations = end
            .Steps.Zip(
                source.Iterations,
                (ours, theirs) =>
                    new IterationComparison(
                        ours.Iteration,
                        ours.Size,
                        ours.LearningRate,
                        theirs.Rate ?? double.NaN,
                        [
                            .. ours
                                .Losses.Where(loss => source.IsRecord || theirs.Losses.ContainsKey(loss.Key))
                                .Select(loss => new LossComparison(
                                    loss.Key,
                                    loss.Value,
                                    theirs.Losses.GetValueOrDefault(loss.Key, float.NaN)
                                )),
                        ]
                    )
            )
            .ToList();
        // A record's end says more than its losses do; where there is no such end, or it is the average alone, they are asserted too.
        var asserts = !source.IsRecord || source.Ends.Count == 0;
        var findings = new List<TensorFinding>();
        List<Check> checks =
        [
            new("iterations replayed", "missing", source.Files.Iterations - iterations.Count, 0),
            .. reference is not null ? ReferenceChecks.OfLosses(iterations, reference)
            : asserts ? Losses(iterations)
            : [],
            .. source.Ends.Select(part => Distances(part, end, bound, findings)),
        ];
        if (
            reference is not null
            && source.Ends.FirstOrDefault(part => part.Title == ReplayFolder.WeightsTitle) is { } raw
            && ReferenceChecks.OfMovement(end.Raw, raw.Tensors, source.Start, reference) is { } movement
        )
        {
            checks.Add(movement);
        }

        return new(
            $"replay of {source.Files.Folder}: {source.Options.Network}, batch {source.Options.Batch}, {source.Files.Iterations} "
                + $"iterations",
            Scope(source, reference, asserts, iterations.Count - 1),
            checks,
            iterations,
            [.. findings.OrderByDescending(finding => finding.Severity)]
        )
        {
            Measurements = RunMeasurements.Of(end.Seconds),
        };
    }

    private static string Scope(ReplaySource source, ReferenceBounds? reference, bool asserts, int last)
    {
        if (source.Ends.Count == 0)
        {
            return "losses of every iteration are asserted";
        }

        var ends = string.Join(" and ", source.Ends.Select(part => part.Title));
        return reference is null ? $"{ends} after the last iteration are asserted; losses are {(asserts ? "too" : "shown")}"
            : reference.Movement is null
                ? $"losses are asserted up to iteration {Math.Min(reference.LastLoss, last)}, {ends} after the last iteration by the flat "
                    + "bound alone: with such start weights rounding differences grow into them"
            : $"losses are asserted up to iteration {Math.Min(reference.LastLoss, last)}, {ends} and movement after the last";
    }

    /// <summary>The losses of the first iteration, which start weights and batch decide alone, and those of the others.</summary>
    private static IEnumerable<Check> Losses(IReadOnlyList<IterationComparison> iterations)
    {
        foreach (
            var (name, some) in new[] { ("losses of iteration 0", iterations.Take(1)), ("losses of later iterations", iterations.Skip(1)) }
        )
        {
            var worst = some.SelectMany(one => one.Losses.Select(loss => (one.Iteration, Loss: loss)))
                .OrderByDescending(pair => double.IsNaN(pair.Loss.Relative) ? double.PositiveInfinity : pair.Loss.Relative)
                .ToList();
            if (worst.Count > 0)
            {
                yield return new(
                    name,
                    "relative",
                    worst[0].Loss.Relative,
                    LossBound,
                    $"iteration {worst[0].Iteration}, {worst[0].Loss.Name}"
                );
            }
        }
    }

    private static Check Distances(RecordedEnd expected, RunEnd end, double bound, List<TensorFinding> findings)
    {
        var found = new NamedTensors();
        foreach (var (name, tensor) in expected.Of(end).Where(pair => expected.Tensors.Contains(pair.Key)))
        {
            found.Add(name, tensor);
        }

        var comparison = TensorComparer.Compare(expected.Tensors, found, new() { Bound = bound });
        if (expected.Title == ReplayFolder.MomentumTitle)
        {
            // Momentum is as large as gradients are: how far it is counts in units of itself.
            var worst = comparison.Tensors.MaxBy(tensor => tensor.Metrics?.RelativeL2 ?? double.PositiveInfinity)!;
            return new(expected.Title, "relative L2 of each tensor", worst.Metrics?.RelativeL2 ?? double.NaN, MomentumBound, worst.Name);
        }

        findings.AddRange(comparison.ToFindings(expected.Title));
        return comparison.ToCheck(expected.Title) with
        {
            Note =
                comparison.BitwiseEqual ? "every bit is equal"
                : comparison.UniformFactor is { } factor
                    ? string.Create(
                        System.Globalization.CultureInfo.InvariantCulture,
                        $"the replay's is {factor:G6} times the recorded one"
                    )
                : null,
        };
    }
}
