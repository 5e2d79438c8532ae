using System.Globalization;
using System.Text;
using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;

// Longer than others: one report from its first line to its last; its sentences are used by the page too.
namespace PPYolo.Align.Reports;

/// <summary>An explanation as plain text: losses, the worst tensors, where the runs part, why, and what was lacking.</summary>
public static class ExplanationText
{
    /// <summary>What is said of surroundings that were not recorded.</summary>
    public const string Unknown = "unknown";

    /// <summary>Formats an explanation.</summary>
    /// <param name="explanation">The explanation.</param>
    /// <param name="rows">How many tensors to list.</param>
    public static string Format(Explanation explanation, int rows = 12)
    {
        var text = new StringBuilder();
        if (explanation.Iterations is { } iterations)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"compared over {IterationList.Text(iterations)}, which both runs have traced")
                .AppendLine();
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"expected {explanation.First}")
            .AppendLine(CultureInfo.InvariantCulture, $"found    {explanation.Second}")
            .AppendLine();
        Losses(text, explanation);
        Worst(text, explanation, rows);
        foreach (var cause in explanation.Causes)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{Rank(cause)}, confidence {cause.Confidence:0.00}: {cause.Title} [{cause.Id}]");
            foreach (var evidence in cause.Evidence)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    {evidence}");
            }
        }

        if (explanation.FloorSource is not null)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"noise: {Noise(explanation)}");
        }

        foreach (var line in explanation.Next)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"next: {line}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"first bit: {FirstBit(explanation)}");
        if (explanation.Trace.NotCompared.Count > 0 && explanation.Trace.Modules.Recorded > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"coverage: {Coverage(explanation.Trace)}");
        }

        foreach (var part in explanation.Trace.NotCompared)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"not compared: {NotCompared(part)}");
        }

        foreach (var line in explanation.Notes)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"note: {line}");
        }

        foreach (var line in explanation.Lacked)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"lacking: {line}");
        }

        foreach (
            var (name, first, second) in explanation.Environment.Where(pair =>
                pair.First != pair.Second && pair.First != Unknown && pair.Second != Unknown
            )
        )
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"differs: {name} is {first} and {second}");
        }

        return text.AppendLine().Append(Summary(explanation)).ToString();
    }

    /// <summary>The explanation in a few sentences.</summary>
    public static string Summary(Explanation explanation)
    {
        var horizon = explanation.Trace.Floor?.MeaninglessFrom() is { } from
            ? $" From iteration {from} on noise may be as large as the gradients: comparing says nothing there."
            : "";
        if (explanation.Trace.Frontier is not { } frontier)
        {
            return explanation.Aligned
                ? $"ALIGNED{Extent(explanation)}: none of {explanation.Trace.Differences.Count} tensors differs by more than "
                    + $"noise.{Rest(explanation)}{horizon}"
                : "DIVERGED: nothing could be compared.";
        }

        return $"DIVERGED{Extent(explanation)}: the runs part in iteration {frontier.Iteration}"
            + $"{(frontier.Rank > 0 ? $" on rank {frontier.Rank}" : "")} {Place(frontier, explanation.Trace.Gap)}: {Amount(frontier)}. "
            + Injection(explanation)
            + Reason(explanation)
            + horizon;
    }

    /// <summary>Where the runs part: at an entry, or between it and the last that agrees.</summary>
    private static string Place(EntryDifference frontier, FrontierGap? gap)
    {
        if (gap is null)
        {
            return $"at {frontier.Key}";
        }

        var between = string.Join(
            "; ",
            new[]
            {
                gap.Skipped == 0 ? null
                : gap.Skipped == 1 ? $"{gap.First} before it is in one run alone"
                : string.Create(CultureInfo.InvariantCulture, $"{gap.Skipped} tensors, from {gap.First} on, are in one run alone"),
                gap.Iterations == 0 ? null
                : gap.Iterations == 1 ? "the iteration before was not compared"
                : string.Create(CultureInfo.InvariantCulture, $"{gap.Iterations} iterations before it were not compared"),
            }.OfType<string>()
        );
        return gap.Agrees is { } agrees
            ? $"between {agrees.Key}{(agrees.Iteration < frontier.Iteration ? $" of iteration {agrees.Iteration}" : "")}, which agrees, "
                + $"and {frontier.Key} ({between})"
            : $"at {frontier.Key} or before ({between})";
    }

    private static string Coverage(TraceComparison trace) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{trace.Modules.Compared} of {trace.Modules.Recorded} modules, {Percent(1 - Rest(trace))} of all tensors"
        );

    private static double Rest(TraceComparison trace) => trace.NotCompared.Sum(part => part.Share);

    /// <summary>What a cause is called.</summary>
    internal static string Rank(Cause cause) =>
        cause is { IsReproduced: true, IsLikely: true } ? "cause, reproduced"
        : cause.IsReproduced ? "one of several causes that reproduce it"
        : cause.IsLikely ? "cause"
        : "unlikely cause";

    private static string Reason(Explanation explanation) =>
        explanation.Likeliest is not { } cause
            ? explanation.Causes.Where(one => one.IsReproduced).ToList() is [_, _, ..] several
                ? "Several causes reproduce it, and within noise the runs do not tell them apart: "
                    + string.Join(" ", several.Select(one => one.Title))
                : "No known cause fits."
            : cause.IsReproduced
                ? $"Reproduced: {cause.Title}"
                : $"Likeliest cause: {cause.Title}";

    /// <summary>How far runs of different lengths were compared; empty for those of one length.</summary>
    private static string Extent(Explanation explanation)
    {
        if (explanation.Iterations is { } iterations)
        {
            return $" over {IterationList.Text(iterations)}, all that both have traced";
        }

        var (first, second) = explanation.Lengths;
        var both = Math.Min(first, second);
        return first == second
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $" over iteration{(both == 1 ? " 0" : $"s 0 to {both - 1}")}, all that "
                    + $"{(first < second ? "the first" : "the second")} run has "
                    + $"of the {Math.Max(first, second)} of the other"
            );
    }

    /// <summary>How much was not compared, as a sentence after a space; empty where all was.</summary>
    private static string Rest(Explanation explanation)
    {
        var share = Rest(explanation.Trace);
        return share > 0 ? $" {Percent(share)} of what was recorded is in one run alone and was not compared." : "";
    }

    internal static string Percent(double share) =>
        share < 0.001 ? "less than 0.1 %" : (share * 100).ToString(share < 0.1 ? "0.0" : "0", CultureInfo.InvariantCulture) + " %";

    /// <summary>An entry of <see cref="TraceComparison.NotCompared"/>.</summary>
    internal static string NotCompared(Uncompared part) =>
        $"{part.What}: {part.Entries.ToString(CultureInfo.InvariantCulture)} tensors, {Percent(part.Share)} of all";

    /// <summary>The first entry that is not bit-equal, as a sentence; empty where all are, or where it is the frontier.</summary>
    internal static string FirstBit(Explanation explanation) =>
        explanation.Trace.FirstBit is not { } bit ? "every tensor that was compared is equal, as far as sketches tell"
        : bit == explanation.Trace.Frontier ? "the first tensor that differs in any bit is where the runs part"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"iteration {bit.Iteration}{(bit.Rank > 0 ? $", rank {bit.Rank}" : "")}, {bit.Key}: {Number(bit.Relative)} of its norm, within "
                + $"noise"
        );

    /// <summary>Where the noise floor is from, and how far comparing is meaningful.</summary>
    internal static string Noise(Explanation explanation) =>
        $"{explanation.FloorSource}; comparing is meaningful "
        + explanation.Trace.Floor?.MeaninglessFrom() switch
        {
            null => "in all iterations",
            0 => "in no iteration",
            1 => "in iteration 0 alone",
            { } from => $"in iterations 0 to {from - 1}",
        };

    internal static string Amount(EntryDifference difference) =>
        difference.Note
        ?? $"{Number(difference.Relative)} of its norm, {difference.Units.ToString("G3", CultureInfo.InvariantCulture)} times the noise";

    /// <summary>What injection showed, as a sentence and a space; empty where it was not tried.</summary>
    internal static string Injection(Explanation explanation) =>
        explanation.Injection switch
        {
            null => "",
            { Confirmed: true } result => $"Confirmed: with the other run's tensor there, all {result.Compared} that follow agree. ",
            { FirstDiffering: { } next } result when next != result.Key =>
                $"With the other run's tensor there {result.Differing} of {result.Compared} that follow still differ, first {next}: the "
                    + $"difference enters in more places than one. ",
            { } result => $"With the other run's tensor there {result.Differing} of {result.Compared} that follow still differ. ",
        };

    private static void Losses(StringBuilder text, Explanation explanation)
    {
        var table = new TextTable(["iteration", "total loss", "expected", "diff"]);
        foreach (var (iteration, first, second) in explanation.Losses)
        {
            table.Add([
                iteration.ToString(CultureInfo.InvariantCulture),
                second.ToString("G7", CultureInfo.InvariantCulture),
                first.ToString("G7", CultureInfo.InvariantCulture),
                Number(first == second ? 0 : Math.Abs(first - second) / Math.Abs(first)),
            ]);
        }

        text.AppendLine(table.ToString());
    }

    private static void Worst(StringBuilder text, Explanation explanation, int rows)
    {
        var exceeding = explanation.Trace.Exceeding.ToList();
        if (exceeding.Count == 0)
        {
            return;
        }

        var frontier = exceeding[0].Iteration;
        var table = new TextTable([$"beyond noise in iteration {frontier}, in order of execution", "phase", "difference", "x noise"]);
        foreach (var difference in exceeding.Where(difference => difference.Iteration == frontier).Take(rows))
        {
            table.Add([
                difference.Key.Name,
                difference.Key.Phase.ToString().ToLowerInvariant(),
                difference.Note ?? Number(difference.Relative),
                difference.Note is null ? difference.Units.ToString("G3", CultureInfo.InvariantCulture) : "",
            ]);
        }

        text.AppendLine(table.ToString());
        text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{exceeding.Count} of {explanation.Trace.Differences.Count} entries of all iterations are beyond noise"
            )
            .AppendLine();
    }

    internal static string Number(double value) =>
        value == 0 ? "0"
        : double.IsFinite(value) ? value.ToString("0.00e+00", CultureInfo.InvariantCulture)
        : value.ToString(CultureInfo.InvariantCulture);
}
