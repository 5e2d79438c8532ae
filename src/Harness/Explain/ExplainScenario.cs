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
        var (a, b) = ExplainedRunFolder.Read(first, second, options.Names);
        try
        {
            var laboratory = Laboratory.For(a, options.Threads, options.Device);
            var (floor, source) = ExplainedFloor.Of(a, b, laboratory, options);
            var repetition = Repetition.Of(a, b, laboratory, floor, out var obstacle);
            var stands = repetition?.IsTheFirst == true;
            List<string> notes = [.. Places(a), .. RandomNotes.Of(a.Name, b.Name)],
                lacked = [.. Lacked(stands ? repetition!.Run : a, b), .. Elsewhere(a, laboratory)];
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
                Next = [.. OtherNames(a, b), .. explanation.Next],
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

    /// <summary>How iterations are counted, where that is not from the beginning of the run.</summary>
    private static IEnumerable<string> Places(ExplainedRun run) =>
        run.FirstIteration == 0
            ? []
            : [$"iterations are counted within the capsules: iteration 0 is iteration {run.FirstIteration} of the run"];

    /// <summary>The iterations of which something was compared.</summary>
    private static List<int> Compared(TraceComparison trace) =>
        [
            .. trace
                .Differences.Where(difference => difference.Key.Phase is not (TracePhase.Start or TracePhase.End))
                .Select(difference => difference.Iteration)
                .Distinct(),
        ];

    /// <summary>What to do where hardly a name of a weight is in both runs.</summary>
    private static IEnumerable<string> OtherNames(ExplainedRun a, ExplainedRun b)
    {
        var (first, second) = (Weights(a), Weights(b));
        if (a.Names is null && b.Names is null && first.Count > 0 && second.Count > 0 && 2 * first.Intersect(second).Count() < first.Count)
        {
            yield return $"the runs call their weights otherwise: ppyolo match {a.Name} {b.Name} --out names.json finds which is which, "
                + $"and ppyolo explain {a.Name} {b.Name} --names names.json compares them";
        }

        static HashSet<string> Weights(ExplainedRun run) =>
            run
                .Iterations.SelectMany(iteration => iteration.Entries)
                .Where(entry => entry.Key.Phase is TracePhase.Start or TracePhase.Weights)
                .Select(entry => entry.Key.Name)
                .ToHashSet(StringComparer.Ordinal);
    }

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
                        : explanation.Trace.Frontier is { } other ? $", only {Names(inputs)}, which are not the same ({other.Key})"
                        : $", only {Names(inputs)}, which are the same"
                    )
                    + $": one has {Phases(a)}, the other {Phases(b)}; without more there is no verdict"
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
            $"the runs are on {a.Ranks.Count} and {b.Ranks.Count} ranks: over all ranks together {Names(compared)} are compared"
                + (alone.Count == 0 ? "" : $"; {Names(alone)}, each rank's own or in one run alone, are not")
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
                    + $"{Again(source, $"--trace-full '{frontier.Key.Phase}:{frontier.Key.Name}'")}"
            );
        }

        return result;
    }

    private static IEnumerable<string> Lacked(ExplainedRun first, ExplainedRun second)
    {
        foreach (var run in new[] { first, second }.Where(run => !run.IsTraced))
        {
            yield return $"{run.Name} has no trace, only {Phases(run)}: modules, gradients and the optimizer's parts are not compared; "
                + $"{Again(run, "--trace")}";
        }

        foreach (var remark in first.Remarks.Concat(second.Remarks))
        {
            yield return remark;
        }

        if (first.Options is null)
        {
            yield return $"{first.Name} says no settings of this program: causes that are tried by training are not{Turned(first, second)}";
        }
        else if (first.Start is null || first.Batches is null)
        {
            yield return $"{first.Name} has no {(first.Start is null ? "start weights" : "batches")}: causes that are tried by training "
                + $"are not{Turned(first, second)}";
        }
        else if (!NativeLibraries.HasTorch)
        {
            yield return $"causes that are tried by training are not: {NativeLibraries.Advice}";
        }
    }

    /// <summary>Where a run is repeated on another device than it was recorded on.</summary>
    private static IEnumerable<string> Elsewhere(ExplainedRun first, Laboratory? laboratory)
    {
        // Absent means the CPU.
        const string Cpu = "the CPU";
        var recorded = first.Environment.GetValueOrDefault(CardSettings.DeviceFact, Cpu);
        var here = CardSettings.Current?.Name ?? Cpu;
        if (laboratory is not null && first.Environment.Count > 0 && recorded != here)
        {
            var other = here == Cpu ? "--device cuda repeats on a card" : "--device cpu repeats on the CPU";
            yield return $"{first.Name} was recorded on {recorded} and is repeated on {here}, which rounds otherwise: a floor that is "
                + $"measured here, and causes that are tried, say less ({other})";
        }
    }

    /// <summary>What the other way round gives, where the second run can be repeated and the first cannot.</summary>
    private static string Turned(ExplainedRun first, ExplainedRun second) =>
        second is { Options: not null, Start: not null, Batches: not null }
            ? $"; ppyolo explain {second.Name} {first.Name} tries them on {second.Name}"
            : "";

    /// <summary>How to get more of a run.</summary>
    private static string Again(ExplainedRun run, string options) =>
        run.Options is null
            ? $"record it with {options}"
            : $"with the program that made it: ppyolo train --replay {run.Name} --record DIR {options}";

    private static string Phases(ExplainedRun run) =>
        Names(run.Iterations.SelectMany(iteration => iteration.Entries).Select(entry => entry.Key.Phase).Distinct().Order());

    private static string Names(IEnumerable<TracePhase> phases) =>
        string.Join(", ", phases.Select(phase => phase.ToString().ToLowerInvariant()));
}
