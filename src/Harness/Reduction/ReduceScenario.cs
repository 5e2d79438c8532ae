using PPYolo.Align;
using PPYolo.Align.Explanations;
using PPYolo.Align.Json;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Explain.Simulation;
using PPYolo.Train.Runs;

namespace PPYolo.Harness.Reduction;

/// <summary>Shrinks the difference of two record folders to one module and few images.</summary>
public static class ReduceScenario
{
    /// <summary>Refuses what is there already, before anything is trained.</summary>
    /// <exception cref="AlignException">The folder is there, or cannot be made.</exception>
    public static void RequireFree(string output) => ReductionFolder.RequireFree(output);

    /// <summary>Reduces.</summary>
    /// <param name="first">The folder of what is expected.</param>
    /// <param name="second">The folder of what was found.</param>
    /// <param name="explanation">Where they part.</param>
    /// <param name="options">As for the explanation.</param>
    /// <param name="output">The folder that is written.</param>
    /// <param name="commits">The commits whose programs made the runs; null where this program repeats one of them at least.</param>
    /// <returns>A line that says what was written; that there is nothing to shrink where the runs agree.</returns>
    /// <exception cref="AlignException">The difference cannot be shrunk; the message says what to record.</exception>
    public static string Run(
        string first,
        string second,
        Explanation explanation,
        ExplainOptions options,
        string output,
        ReducedCommits? commits = null
    )
    {
        if (explanation.Trace.Frontier is not { } frontier)
        {
            return "not reduced: the runs agree, so there is nothing to shrink";
        }

        var (a, b) = ExplainedRunFolder.Read(first, second, options.Names);
        try
        {
            RequireModule(frontier);
            foreach (var run in new[] { a, b }.Where(run => run.Ranks.Count != 1))
            {
                throw new AlignException($"--reduce: {run.Name} is of {run.Ranks.Count} ranks; record both runs on one rank");
            }

            var (reduced, settings, isOfSettings) = commits is null
                ? Here(a, b, frontier, explanation, options)
                : There(a, b, frontier, options, commits);
            if (reduced is null)
            {
                throw new AlignException(
                    $"--reduce: no module that was run alone shows the difference at {frontier.Key} of iteration {frontier.Iteration}: it "
                        + "enters between modules, or in what is around them"
                );
            }

            ReductionFolder.Write(
                output,
                reduced,
                settings,
                (a.Name, b.Name),
                [
                    .. isOfSettings
                        ? ExplainedRunFolder.Settings(a, b).Select(one => $"{one.Name}: {one.First} ({a.Name}), {one.Second} ({b.Name})")
                        : [],
                ]
            );
            var facts = reduced.Facts;
            return $"reduced: {facts.Module}, {facts.Images.Count} of {facts.OfImages} images; the test is in {output} "
                + $"(dotnet test {output} -p:PPYoloRoot=CHECKOUT)";
        }
        finally
        {
            a.Start?.Dispose();
            b.Start?.Dispose();
        }
    }

    /// <summary>By this program, which repeats one of the runs at least.</summary>
    private static (ReducedDifference? Reduced, string Settings, bool IsOfSettings) Here(
        ExplainedRun a,
        ExplainedRun b,
        EntryDifference frontier,
        Explanation explanation,
        ExplainOptions options
    )
    {
        var (planA, planB) = (Repeated(a, frontier, explanation, options), Repeated(b, frontier, explanation, options));
        var (plan, settings) =
            planB is not null ? (planB, b.Options!)
            : planA is not null ? (planA, a.Options!)
            : throw new AlignException(
                $"--reduce: this program repeats neither {a.Name} nor {b.Name}: one needs its case.json, start weights and batches, as "
                    + "ppyolo train --record DIR --trace writes them; of two commits of this program name those with --commits GOOD..BAD"
            );
        var both = planA is not null && planB is not null;
        var reduced = both
            ? Both(planA!, planB!, a, frontier)
            : OfRecord(plan, planA is not null ? (a, b) : (b, a), planA is not null, frontier);
        return (reduced, StrictJson.Text(settings), both);
    }

    /// <summary>
    /// By the programs of two commits. Inputs and weights are those that this program comes to: where a module computes something else, it
    /// does so from any.
    /// </summary>
    private static (ReducedDifference? Reduced, string Settings, bool IsOfSettings) There(
        ExplainedRun a,
        ExplainedRun b,
        EntryDifference frontier,
        ExplainOptions options,
        ReducedCommits commits
    )
    {
        foreach (var run in new[] { a, b }.Where(run => run.Options is null))
        {
            throw new AlignException(
                $"--commits: {run.Name} has no settings of this program; record it with its commit: ppyolo train --record DIR --trace"
            );
        }

        var plan =
            (Laboratory.For(a, options.Threads) ?? Laboratory.For(b, options.Threads))?.Plan
            ?? throw new AlignException($"--commits: neither {a.Name} nor {b.Name} has start weights and batches, which are needed");
        using var sides = CommitSides.Open(commits, a, b, frontier.Iteration);
        using var own = new ReducibleRun(plan, frontier.Iteration);
        return (
            new Reducer(own, sides.First, sides.Second, plan.Seed).Reduce(frontier.Key, a.Iterations[frontier.Iteration]),
            CaseSettings.Of(b),
            ExplainedRunFolder.Settings(a, b).Any()
        );
    }

    private static void RequireModule(EntryDifference frontier)
    {
        if (
            frontier.Key.Phase
            is not (TracePhase.Forward or TracePhase.Buffers or TracePhase.Loss or TracePhase.Backward or TracePhase.Gradient)
        )
        {
            throw new AlignException(
                $"--reduce: the runs part at {frontier.Key} of iteration {frontier.Iteration}, which no module computes"
                    + (
                        frontier.Key.Phase is TracePhase.End
                            ? "; record both runs with --trace, to see which does"
                            : ": the difference is as small as it can be"
                    )
            );
        }
    }

    /// <summary>A run's plan, where this program repeats what was recorded of it.</summary>
    private static RunPlan? Repeated(ExplainedRun run, EntryDifference frontier, Explanation explanation, ExplainOptions options) =>
        Laboratory.For(run, options.Threads) is { } laboratory
        && laboratory.Attempt(Train.Stepping.Alteration.None, frontier.Iteration + 1) is { } own
        && !TraceComparison.Of(run.Until(frontier.Iteration + 1).Ranks, own, explanation.Trace.Floor).Exceeding.Any()
            ? laboratory.Plan
            : null;

    private static ReducedDifference? Both(RunPlan planA, RunPlan planB, ExplainedRun a, EntryDifference frontier)
    {
        using ReducibleRun one = new(planA, frontier.Iteration),
            other = new(planB, frontier.Iteration);
        return new Reducer(one, one, other, planA.Seed).Reduce(frontier.Key, a.Iterations[frontier.Iteration]);
    }

    private static ReducedDifference? OfRecord(
        RunPlan plan,
        (ExplainedRun Repeated, ExplainedRun Recorded) runs,
        bool isFirst,
        EntryDifference frontier
    )
    {
        var (key, recorded) = (frontier.Key, runs.Recorded);
        if (key.Phase != TracePhase.Forward || recorded.Ranks[0].Find(frontier.Iteration, key.Phase, key.Name)?.Full is not { } whole)
        {
            throw new AlignException(
                $"--reduce: this program does not repeat {recorded.Name}, and "
                    + (
                        key.Phase == TracePhase.Forward
                            ? $"{key} is not whole in it: " + ExplainNotes.Again(recorded, $"--trace --trace-full '{key.Phase}:{key.Name}'")
                            : $"{key} is no module's output: run explain with the program that recorded it"
                    )
            );
        }

        using var own = new ReducibleRun(plan, frontier.Iteration);
        var side = new RecordedSide(key.Name, whole, own);
        return new Reducer(own, isFirst ? own : side, isFirst ? side : own, plan.Seed).Reduce(
            key,
            runs.Repeated.Iterations[frontier.Iteration],
            frontier.Bound
        );
    }
}
