using System.Globalization;
using System.Text;
using PPYolo.Align.Comparison;
using PPYolo.Align.Formats;
using static PPYolo.Align.Reports.ComparisonTable;

namespace PPYolo.Align.Reports;

/// <summary>
/// A comparison of two sets of tensors as plain text: the tensors that are not aligned and those that are (the seed's two lists), each
/// worst first, the counters of batches, and at the end the verdict and what to do next. Lines are never wrapped.
/// </summary>
public static class ComparisonText
{
    // What a verdict is not on is part of it, however few rows are asked for.
    private const int LeastLeftOut = 20;

    /// <summary>Formats a comparison.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="sides">What was compared.</param>
    /// <param name="rows">How many tensors to show in each list; null for all.</param>
    public static string Format(SetComparison comparison, ComparisonSides sides, int? rows = null)
    {
        var text = new StringBuilder();
        Side(text, "first:  ", sides.First, sides.FirstContent);
        Side(text, "second: ", sides.Second, sides.SecondContent);
        text.Append("start:  ")
            .AppendLine(
                sides.Start is null ? "not known, so that movement is not shown (--start FILE names it)" : Printable.Of(sides.Start)
            );
        text.Append("bound:  sum of squared differences of a tensor, in float64, at most ").AppendLine(Full(comparison.Bound));
        text.AppendLine();
        var moved = comparison.Tensors.Any(tensor => tensor.Movement is not null);
        List(
            text,
            $"not aligned (above {Full(comparison.Bound)}, or not comparable)",
            [.. comparison.Diverged],
            comparison.Bound,
            rows,
            moved
        );
        List(text, $"aligned (at or below {Full(comparison.Bound)})", [.. comparison.Within], comparison.Bound, rows, moved);
        Counters(text, comparison, rows);
        Suspicions(text, comparison, rows);
        NotCompared(text, "first", sides.FirstContent, rows);
        NotCompared(text, "second", sides.SecondContent, rows);
        foreach (var finding in sides.Beside)
        {
            text.AppendLine(Printable.Of(finding)).AppendLine();
        }

        text.AppendLine(Summary(comparison, sides)).Append("Next: ").Append(Advice(comparison));
        return text.ToString();
    }

    /// <summary>The verdict in a sentence, and what it is not on in another.</summary>
    public static string Summary(SetComparison comparison, ComparisonSides sides) =>
        Summary(comparison)
        + (
            comparison.UniformFactor is { } factor
                ? $" Every tensor of the second is {factor.ToString("G6", CultureInfo.InvariantCulture)} times that of the first."
                : ""
        )
        + (
            sides.NotCompared == 0
                ? ""
                : $" Not compared: {sides.NotCompared} other {(sides.NotCompared == 1 ? "entry" : "entries")} of the files."
        );

    /// <summary>The verdict in a sentence.</summary>
    public static string Summary(SetComparison comparison)
    {
        var all = comparison.Tensors.Count + comparison.Counters.Count;
        if (all == 0)
        {
            return "DIVERGED: there is no tensor on either side, so that nothing was compared.";
        }

        if (comparison.BitwiseEqual)
        {
            return $"ALIGNED: {(all == 1 ? "the tensor is" : $"all {all} tensors are")} equal, bit by bit.";
        }

        if (comparison.Aligned)
        {
            var largest = comparison.Within.First();
            return $"ALIGNED: {(comparison.Tensors.Count == 1 ? "the tensor is" : $"all {comparison.Tensors.Count} tensors are")} "
                + $"within {Full(comparison.Bound)}; "
                + $"the largest sum of squared differences is {Full(largest.Metrics!.SumOfSquares)} "
                + $"({Printable.Of(largest.Name)})."
                + Warning(comparison);
        }

        var diverged = comparison.Diverged.Concat(comparison.DivergedCounters).ToList();
        var kinds = diverged.GroupBy(tensor => tensor.Outcome).Select(group => $"{group.Key.Words()}: {group.Count()}");
        return $"DIVERGED: {diverged.Count} of {all} tensors {(diverged.Count == 1 ? "is" : "are")} not aligned ("
            + $"{string.Join(", ", kinds)}); "
            + $"the worst is {Printable.Of(diverged[0].Name)}: {Explanation(diverged[0], comparison.Bound)}.";
    }

    private static string Warning(SetComparison comparison)
    {
        var suspicious = comparison.Suspicious.ToList();
        return suspicious.Count == 0
            ? ""
            : $" WARNING: {suspicious.Count} of them {(suspicious.Count == 1 ? "differs" : "differ")} by more than rounding, "
                + $"{Printable.Of(suspicious[0].Name)} most: {suspicious[0].Contradiction}.";
    }

    private static void Side(StringBuilder text, string title, string file, TensorContent? content)
    {
        text.Append(title).Append(Printable.Of(file));
        text.AppendLine(content is { Place.Length: > 0 } ? $", entry '{Printable.Of(content.Place)}'" : "");
        foreach (var note in content?.Notes ?? [])
        {
            text.Append(' ', title.Length).AppendLine(Printable.Of(note));
        }
    }

    private static void NotCompared(StringBuilder text, string side, TensorContent? content, int? rows)
    {
        if (content is null || content.LeftOut.Count == 0)
        {
            return;
        }

        var shown = content.LeftOut.Take(Math.Max(LeastLeftOut, rows ?? int.MaxValue)).ToList();
        text.Append("not compared, in the ").Append(side).AppendLine(content.LeftOut.Count == shown.Count ? ":" : "; all with --all:");
        shown.ForEach(entry => text.Append("  ").AppendLine(Printable.Of($"{entry}")));
        text.AppendLine();
    }

    private static void Suspicions(StringBuilder text, SetComparison comparison, int? rows)
    {
        var suspicious = comparison.Suspicious.ToList();
        if (suspicious.Count > 0)
        {
            text.Append("WARNING: ").Append(suspicious.Count == 1 ? "1 tensor is" : $"{suspicious.Count} tensors are");
            text.AppendLine(
                " within the bound, and something else speaks against it; the bound is absolute, and passes whatever is small:"
            );
            foreach (var tensor in suspicious.Take(rows is { } most ? Math.Max(most, 3) : int.MaxValue))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {Printable.Of(tensor.Name)}: {tensor.Contradiction}");
            }

            text.AppendLine(suspicious.Count > Math.Max(rows ?? int.MaxValue, 3) ? "  ..." : "");
        }
    }

    private static string Explanation(TensorComparison tensor, double bound) =>
        tensor.Outcome switch
        {
            TensorOutcome.AboveBound =>
                $"its sum of squared differences is {Full(tensor.Metrics!.SumOfSquares)} where {Full(bound)} is allowed",
            TensorOutcome.BeyondMovement =>
                $"it differs by {Number(tensor.Movement!.Ratio)} of the way it moved since the start, where a tenth is allowed",
            TensorOutcome.NotEqual or TensorOutcome.NonFinite => Notes(tensor),
            TensorOutcome.Missing or TensorOutcome.Extra => $"it is {tensor.Outcome.Words()} ({Notes(tensor)})",
            _ => Notes(tensor),
        };

    private static string Advice(SetComparison comparison)
    {
        if (comparison.UniformFactor is not null)
        {
            return "find out what scales one of the two as a whole, such as a moving average that is corrected twice, or not at all.";
        }

        var worst = comparison.Diverged.Concat(comparison.DivergedCounters).Select(tensor => tensor.Outcome).Distinct().ToList();
        if (worst.Count == 0)
        {
            return comparison.Tensors.Count + comparison.Counters.Count == 0 ? "name two files that have tensors."
                : comparison.Suspicious.Any()
                    ? comparison.Tensors.Any(tensor => tensor.Movement is not null)
                            ? "look at the tensors named above: their sums pass, and their differences are not those of rounding."
                        : "look at the tensors named above, and compare again with --start FILE, which judges by how far tensors moved."
                : comparison.BitwiseEqual || comparison.Tensors.Any(tensor => tensor.Movement is not null) ? "nothing is left to do."
                : "nothing is left to do. A tensor that was never trained passes too: with --start FILE, the weights that both "
                    + "began with, it does not.";
        }

        return worst[0] switch
        {
            TensorOutcome.Missing or TensorOutcome.Extra =>
                "make sure that both are of the same network and options and use the same names (ppyolo convert renames Paddle's); then "
                    + "compare again.",
            TensorOutcome.Unread =>
                "convert tensors of types that are not read here before they are saved, or compare another entry with --key; then compare "
                    + "again.",
            TensorOutcome.WrongShape or TensorOutcome.WrongType =>
                "make sure that both are of the same network, number of classes and precision; then compare again.",
            TensorOutcome.NonFinite =>
                "find the first iteration whose loss is not finite (losses.json of the record, or ppyolo train --replay RECORD) and "
                    + "start from there; nothing after it means anything.",
            _ => "find where the two runs part: ppyolo train --replay RECORD compares every iteration; the first loss that differs names "
                + "the part of the step that does.",
        };
    }
}
