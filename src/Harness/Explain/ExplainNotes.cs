using PPYolo.Align.Traces;
using PPYolo.Harness.Explain.Simulation;
using PPYolo.Train.Runtime;

namespace PPYolo.Harness.Explain;

/// <summary>Sentences of an explanation: what the runs lack for more, and how to get it.</summary>
internal static class ExplainNotes
{
    /// <summary>How iterations are counted, where that is not from the beginning of the run.</summary>
    public static IEnumerable<string> Places(ExplainedRun run) =>
        run.FirstIteration == 0
            ? []
            : [$"iterations are counted within the capsules: iteration 0 is iteration {run.FirstIteration} of the run"];

    /// <summary>What to do where hardly a name of a weight is in both runs.</summary>
    public static IEnumerable<string> OtherNames(ExplainedRun a, ExplainedRun b)
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

    /// <summary>What is missing in the runs, and how to get it.</summary>
    public static IEnumerable<string> Lacked(ExplainedRun first, ExplainedRun second)
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
            yield return $"{first.Name} has no settings of this program, so no cause was tried by training{Turned(first, second)}";
        }
        else if (first.Start is null || first.Batches is null)
        {
            yield return $"{first.Name} has no {(first.Start is null ? "start weights" : "batches")}, so no cause was tried by training"
                + Turned(first, second);
        }
        else if (!NativeLibraries.MayHaveTorch)
        {
            yield return $"no cause was tried by training: {NativeLibraries.Advice}";
        }
    }

    /// <summary>Where a run is repeated on another device than it was recorded on.</summary>
    public static IEnumerable<string> Elsewhere(ExplainedRun first, Laboratory? laboratory)
    {
        // Absent means the CPU.
        const string Cpu = "the CPU";
        var recorded = first.Environment.GetValueOrDefault(CardSettings.DeviceFact, Cpu);
        var here = CardSettings.Current?.Name ?? Cpu;
        if (laboratory is not null && first.Environment.Count > 0 && recorded != here)
        {
            var other = here == Cpu ? "--device cuda repeats on a card" : "--device cpu repeats on the CPU";
            yield return $"{first.Name} was recorded on {recorded} and is repeated on {here}, which rounds otherwise: do not trust a "
                + $"floor that is measured here, or a cause that is tried here, as you would on {recorded} ({other})";
        }
    }

    /// <summary>What the other way round gives, where the second run can be repeated and the first cannot.</summary>
    private static string Turned(ExplainedRun first, ExplainedRun second) =>
        second is { Options: not null, Start: not null, Batches: not null }
            ? $"; ppyolo explain {second.Name} {first.Name} tries them on {second.Name}"
            : "";

    /// <summary>How to get more of a run.</summary>
    public static string Again(ExplainedRun run, string options) =>
        run.Options is null
            ? $"record it with {options}"
            : $"with the program that made it: ppyolo train --replay {run.Name} --record DIR {options}";

    /// <summary>What a run has, in words.</summary>
    public static string Phases(ExplainedRun run) =>
        Names(run.Iterations.SelectMany(iteration => iteration.Entries).Select(entry => entry.Key.Phase).Distinct().Order());

    /// <summary>Phases in words.</summary>
    public static string Names(IEnumerable<TracePhase> phases) =>
        string.Join(", ", phases.Select(phase => phase.ToString().ToLowerInvariant()));
}
