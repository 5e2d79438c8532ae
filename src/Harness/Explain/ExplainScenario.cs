using PPYolo.Align;
using PPYolo.Align.Explanations;
using PPYolo.Align.Reports;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain.Simulation;
using PPYolo.Train.Runtime;

namespace PPYolo.Harness.Explain;

/// <summary>Explains two record folders.</summary>
public static class ExplainScenario
{
    /// <summary>Perturbed twins that a floor is measured on.</summary>
    public const int StandardTwins = 3;

    /// <summary>Says where, when and why the run in one folder is not the run in another.</summary>
    /// <param name="first">The folder of what is expected; only read.</param>
    /// <param name="second">The folder of what was found; only read.</param>
    /// <param name="options">Threads, twins, and where the floor is kept.</param>
    /// <exception cref="AlignException">A folder has nothing of a run, or the two have nothing in common.</exception>
    public static Explanation Run(string first, string second, ExplainOptions options)
    {
        var mayTrain = NativeLibraries.MayHaveTorch;
        try
        {
            return Compare(first, second, options);
        }
        catch (AlignException) when (mayTrain && !NativeLibraries.MayHaveTorch)
        {
            // Files of libtorch are there, and cannot be loaded: nothing is trained, as where there are none.
            return Compare(first, second, options);
        }
    }

    private static Explanation Compare(string first, string second, ExplainOptions options)
    {
        var (a, b) = ExplainedRunFolder.Read(first, second, options.Names);
        try
        {
            var laboratory = Laboratory.For(a, options.Threads, options.Device);
            var (floor, source) = ExplainedFloor.Of(a, b, laboratory, options);
            var repetition = Repetition.Of(a, b, laboratory, floor, out var obstacle);
            var stands = repetition?.IsTheFirst == true;
            List<string> notes = [.. ExplainNotes.Places(a), .. RandomNotes.Of(a.Name, b.Name, AreFedAlike(a, b))],
                lacked = [.. ExplainNotes.Lacked(stands ? repetition!.Run : a, b), .. ExplainNotes.Elsewhere(a, laboratory)];
            if (floor is null)
            {
                lacked.Add(
                    $"no noise floor: differences count from {Numbers.Text(TraceComparison.UnmeasuredBound)} of a tensor's norm on; "
                        + (
                            a.Options is null && b.Options is null
                                ? $"record {a.Name} again, on another number of threads, and give it with --noise DIR"
                                : $"it is measured where case.json, start weights and batches of one run are there, and kept by ppyolo "
                                    + $"train --record DIR --floor {StandardTwins}"
                        )
                );
            }

            // Of the first run, what was recorded is shown.
            var losses = Explainer.Losses(a, b);
            if (stands)
            {
                notes.Add(repetition!.Describe(a, b));
                (a, laboratory) = (repetition.Run, repetition.Laboratory);
            }

            var explanation =
                stands || a.Ranks.Count == b.Ranks.Count
                    ? Explainer.Explain(a, b, floor, laboratory, options.Progress)
                    : OverRanks(a, b, floor, laboratory, repetition, obstacle, lacked, options);
            RequireVerdict(a, b, explanation);

            var injection =
                explanation.Trace.Frontier is { } frontier && laboratory is not null
                    ? Inject(frontier, a, b, laboratory, floor, lacked)
                    : null;
            return explanation with
            {
                Losses = losses,
                Lengths = (a.Iterations.Count, b.Iterations.Count),
                Iterations = a.HasGaps || b.HasGaps ? Compared(explanation.Trace) : null,
                Next = [.. ExplainNotes.OtherNames(a, b), .. explanation.Next],
                Injection = injection,
                FloorSource = source,
                Notes = notes,
                Lacked = lacked,
                Environment =
                [
                    .. ExplainedRunFolder.Settings(a, b),
                    .. a
                        .Environment.Keys.Union(b.Environment.Keys)
                        .Select(name =>
                            (
                                name,
                                a.Environment.GetValueOrDefault(name, ExplanationText.Unknown),
                                b.Environment.GetValueOrDefault(name, ExplanationText.Unknown)
                            )
                        ),
                ],
            };
        }
        finally
        {
            a.Start?.Dispose();
            b.Start?.Dispose();
        }
    }

    /// <summary>Whether all that both were fed is the same, as far as both say what it was.</summary>
    private static bool AreFedAlike(ExplainedRun a, ExplainedRun b) =>
        a
            .Ranks.Zip(b.Ranks)
            .All(rank =>
                rank.First.Iterations.All(one =>
                    one.Of(TracePhase.Data)
                        .All(entry =>
                            rank.Second.Find(one.Iteration, TracePhase.Data, entry.Key.Name) is not { } other
                            || other.Summary.Sums.SequenceEqual(entry.Summary.Sums)
                        )
                )
            );

    /// <summary>The iterations of which something was compared.</summary>
    private static List<int> Compared(TraceComparison trace) =>
        [
            .. trace
                .Differences.Where(difference => difference.Key.Phase is not (TracePhase.Start or TracePhase.End))
                .Select(difference => difference.Iteration)
                .Distinct(),
        ];

    /// <summary>Refuses a verdict that would say more than was seen.</summary>
    private static void RequireVerdict(ExplainedRun a, ExplainedRun b, Explanation explanation)
    {
        if (!explanation.Trace.HasComputed)
        {
            var inputs = explanation.Trace.Differences.Select(difference => difference.Key.Phase).Distinct().Order().ToList();
            throw new AlignException(
                $"{a.Name} and {b.Name} have nothing in common that a run computes"
                    + (
                        inputs.Count == 0 ? ""
                        : explanation.Trace.Frontier is { } other
                            ? $", only {ExplainNotes.Names(inputs)}, which are not the same ({other.Key})"
                        : $", only {ExplainNotes.Names(inputs)}, which are the same"
                    )
                    + $": one has {ExplainNotes.Phases(a)}, the other {ExplainNotes.Phases(b)}; without more there is no verdict"
            );
        }

        if (explanation.Aligned && new[] { a, b }.FirstOrDefault(run => run.IsUnfinished) is { } unfinished)
        {
            throw new AlignException(
                $"{unfinished.Name}: the record is not finished: its run is still going on, or died; what there is of it, "
                    + $"{explanation.Trace.Differences.Count} tensors of {unfinished.Iterations.Count} iterations, agrees, which is no "
                    + $"verdict; wait until it has a case.json, or record it again"
            );
        }
    }

    /// <summary>Runs on different numbers of ranks, of which only what concerns all ranks together is compared.</summary>
    private static Explanation OverRanks(
        ExplainedRun a,
        ExplainedRun b,
        TraceFloor? floor,
        Laboratory? laboratory,
        Repetition? repetition,
        string? obstacle,
        List<string> lacked,
        ExplainOptions options
    )
    {
        (a, b) = (JoinedBatches.Of(a, out var first), JoinedBatches.Of(b, out var second));
        var explanation = Explainer.Explain(a, b, floor, laboratory, options.Progress);
        var compared = explanation.Trace.Differences.Select(difference => difference.Key.Phase).Distinct().Order().ToList();
        var alone = a
            .Iterations.Concat(b.Iterations)
            .SelectMany(iteration => iteration.Entries)
            .Select(entry => entry.Key.Phase)
            .Distinct()
            .Except(compared)
            .Order()
            .ToList();
        lacked.Add(
            $"the runs are on {a.Ranks.Count} and {b.Ranks.Count} ranks: over all ranks together "
                + $"{ExplainNotes.Names(compared)} are compared"
                + (alone.Count == 0 ? "" : $"; {ExplainNotes.Names(alone)}, each rank's own or in one run alone, are not")
                + $", because {obstacle ?? $"the first run repeated on {b.Ranks.Count} ranks is not itself"}"
                + (
                    (first ?? second) is { } unjoined
                        ? $"; batches are not, {(unjoined == obstacle ? "for the same reason" : $"because {unjoined}")}"
                        : ""
                )
        );
        return repetition is null
            ? explanation
            : explanation with
            {
                Causes = Explainer.Ranked([.. explanation.Causes, .. repetition.OfRankCount(a, b, explanation.Trace, options.Progress)]),
            };
    }

    private static InjectionResult? Inject(
        EntryDifference frontier,
        ExplainedRun first,
        ExplainedRun second,
        Laboratory laboratory,
        TraceFloor? floor,
        List<string> lacked
    )
    {
        if (frontier.Note is not null || frontier.Key.Phase is TracePhase.Loss or TracePhase.Schedule or TracePhase.End)
        {
            return null;
        }

        // Whichever run this program repeats, the other's tensor is fed into it.
        var own = laboratory.Run(null, frontier.Iteration + 1);
        bool Repeats(ExplainedRun run) =>
            !TraceComparison
                .Of([.. run.Ranks.Select(rank => rank with { Iterations = [.. rank.Iterations.Take(frontier.Iteration + 1)] })], own, floor)
                .Exceeding.Any();
        var source =
            Repeats(first) ? second
            : Repeats(second) ? first
            : null;
        if (source is null)
        {
            lacked.Add("the frontier was not confirmed by injection: this program repeats neither run");
            return null;
        }

        var result = InjectionCheck.Run(
            frontier,
            source.Ranks,
            (injections, iterations) => laboratory.Run(null, iterations, injections),
            floor
        );
        if (result is null)
        {
            lacked.Add(
                $"the frontier was not confirmed by injection: the tensor is not whole in {source.Name}; "
                    + $"{ExplainNotes.Again(source, $"--trace-full '{frontier.Key.Phase}:{frontier.Key.Name}'")}"
            );
        }

        return result;
    }
}
