using System.Globalization;
using System.Text;
using PPYolo.Align.Verdicts;

namespace PPYolo.Align.Reports;

/// <summary>A verdict as plain text: iterations, checks, tensors worst first, and a last line that says it all.</summary>
public static class VerdictText
{
    /// <summary>Formats a verdict.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="tensorRows">How many tensors to list.</param>
    public static string Format(Verdict verdict, int tensorRows = 12)
    {
        var text = new StringBuilder();
        text.AppendLine(verdict.Title).AppendLine(verdict.Scope).AppendLine();
        Iterations(text, verdict);
        Checks(text, verdict);
        Tensors(text, verdict, tensorRows);
        foreach (var (name, value) in verdict.Measurements)
        {
            text.Append(name).Append(": ").AppendLine(value);
        }

        text.AppendLine().Append(Summary(verdict));
        return text.ToString();
    }

    /// <summary>The verdict in a sentence.</summary>
    public static string Summary(Verdict verdict)
    {
        var judged = verdict.Judgment is null ? "" : $" Judged {verdict.Judgment}.";
        if (verdict.Aligned)
        {
            return $"ALIGNED: all {verdict.Checks.Count} checks are within their bounds.{judged}";
        }

        var first = verdict.Failures.FirstOrDefault();
        return first is null
            ? "DIVERGED: nothing could be compared."
            : $"DIVERGED: {verdict.Failures.Count()} of {verdict.Checks.Count} checks failed; the first in order of execution is "
                + $"'{first.Name}'"
                + (first.Worst is null ? "" : $" ({first.Worst})")
                + $": {Number(first.Measured)} where {Number(first.Bound)} is allowed.{judged}";
    }

    private static void Iterations(StringBuilder text, Verdict verdict)
    {
        if (verdict.Iterations.Count == 0)
        {
            return;
        }

        var losses = verdict.Iterations[0].Losses;
        var table = new TextTable([
            "iteration",
            "size",
            "learning rate",
            "lr diff",
            .. losses.SelectMany(loss => new[] { loss.Name, "diff" }),
        ]);
        foreach (var iteration in verdict.Iterations)
        {
            var rate =
                iteration.ExpectedRate == iteration.Rate
                    ? 0
                    : Math.Abs(iteration.Rate - iteration.ExpectedRate) / Math.Abs(iteration.ExpectedRate);
            table.Add([
                iteration.Iteration.ToString(CultureInfo.InvariantCulture),
                iteration.Size.ToString(CultureInfo.InvariantCulture),
                iteration.Rate.ToString("R", CultureInfo.InvariantCulture),
                double.IsNaN(iteration.ExpectedRate) ? "-" : Number(rate),
                .. iteration.Losses.SelectMany(loss =>
                    new[] { loss.Found.ToString("G7", CultureInfo.InvariantCulture), Number(loss.Relative) }
                ),
            ]);
        }

        text.AppendLine(table.ToString());
    }

    private static void Checks(StringBuilder text, Verdict verdict)
    {
        var table = new TextTable(["", "check", "difference", "bound", "x noise", "measure", "where, and notes"]);
        foreach (var check in verdict.Checks)
        {
            table.Add([
                check.Passed ? "ok" : "FAIL",
                check.Name,
                Number(check.Measured),
                Number(check.Bound),
                check.NoiseRatio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "",
                check.Measure,
                string.Join("; ", new[] { check.Worst, check.Note }.Where(part => !string.IsNullOrEmpty(part))),
            ]);
        }

        text.AppendLine(table.ToString());
    }

    private static void Tensors(StringBuilder text, Verdict verdict, int rows)
    {
        if (verdict.Tensors.Count == 0)
        {
            return;
        }

        var table = new TextTable(["tensor, worst first", "what", "difference", "bound", "moved"]);
        foreach (var finding in verdict.Tensors.Take(rows))
        {
            table.Add([
                finding.Name,
                finding.Kind,
                Number(finding.Difference),
                Number(finding.Bound),
                finding.Moved is { } moved ? Number(moved) : "",
            ]);
        }

        text.AppendLine(table.ToString());
        if (verdict.Tensors.Count > rows)
        {
            text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"... and {verdict.Tensors.Count - rows} more, all in the JSON report (--json FILE)"
                )
                .AppendLine();
        }
    }

    private static string Number(double value) =>
        value == 0 ? "0"
        : double.IsFinite(value) ? value.ToString("0.00e+00", CultureInfo.InvariantCulture)
        : value.ToString(CultureInfo.InvariantCulture);
}
