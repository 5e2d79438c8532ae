using System.Globalization;
using System.Text;
using PPYolo.Align.Reports;

namespace PPYolo.Harness.Pipeline;

/// <summary>The report as one HTML page: what failed with the command that comes next, then the scenarios by what they measured.</summary>
internal static class PipelineHtml
{
    /// <summary>Formats a report.</summary>
    public static string Format(PipelineReport report)
    {
        var page = new StringBuilder();
        Head(page, report);
        Failures(page, report);
        Scenarios(page, "Scenarios", "", [.. report.Scenarios]);
        Scenarios(
            page,
            "Broken on purpose",
            "Trainings with a planted fault. The scenarios must notice it: here diverged is right.",
            [.. report.Broken]
        );
        Others(page, report);
        return HtmlPage.Whole($"{report.Word}: {report.Folder}", page.ToString());
    }

    /// <summary>Text as HTML, of which no control character is left.</summary>
    private static string Text(string text) => HtmlPage.Text(Printable.Message(text));

    private static void Head(StringBuilder page, PipelineReport report)
    {
        page.Append(
            CultureInfo.InvariantCulture,
            $"<p><span class=\"verdict{(report.Word == "PASSED" ? " aligned" : "")}\">{report.Word}</span></p>\n"
                + $"<h1>Tests in {Text(report.Folder)}</h1>\n<p>{Text(report.Summary)}</p>\n"
        );
        page.Append("<table><tbody>\n");
        var runs = report.Logs.Select(log => $"{Date(log.Began)}, {Path.GetFileName(log.File)}");
        Fact(page, report.Logs.Count == 1 ? "run" : "runs", [.. runs]);
        Fact(page, "commit", report.Where(where => where.Commit));
        Fact(page, "machine", report.Where(where => where.Machine));
        Fact(page, "instruction set", report.Where(where => $"{where.InstructionSet}, {where.Torch}"));
        Fact(page, "threads", report.Where(where => where.Threads.ToString(CultureInfo.InvariantCulture)));
        page.Append("</tbody></table>\n");
        if (report.Logs.Count > 1)
        {
            page.Append("<p class=\"soft\">Of each test the latest result counts.</p>\n");
        }

        foreach (var problem in report.Problems)
        {
            page.Append("<p class=\"panel\"><strong>Not whole:</strong> ").Append(Text(problem)).Append("</p>\n");
        }
    }

    private static void Fact(StringBuilder page, string name, IReadOnlyList<string> values)
    {
        var text = values.Count == 0 ? "not known" : string.Join("<br>", values.Select(Text));
        page.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{name}</th><td>{text}</td></tr>\n");
    }

    private static void Failures(StringBuilder page, PipelineReport report)
    {
        if (!report.Failed.Any())
        {
            return;
        }

        page.Append("<h2>Failed</h2>\n");
        foreach (var row in report.Failed)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"<section class=\"panel\"><h3>{Text(row.Result.Title)}</h3>\n<p class=\"soft\">{Text(row.Result.Class)}, "
                    + $"{Seconds(row.Result.Duration)}{(row.Result.IsScenario ? $"; {row.Verdict}" : "")}</p>\n"
            );
            if (row.Measurement is { } measured)
            {
                page.Append(CultureInfo.InvariantCulture, $"<p>{Text(measured.Summary)}</p>\n");
            }

            if (row.Measurement?.Golden is { State: not GoldenState.Within } golden)
            {
                page.Append(CultureInfo.InvariantCulture, $"<p>Golden {Text(golden.Name)}: {row.Golden}. {Text(golden.Summary)}</p>\n");
            }

            if (row.Page is { } explained)
            {
                page.Append(CultureInfo.InvariantCulture, $"<p><a href=\"{Text(explained)}\">Where the two runs part, and why</a></p>\n");
            }
            else if (row.Diverged)
            {
                var reason = row.NoPage ?? (row.Records.Count == 2 ? "it is not made yet" : "no records of both runs were kept");
                page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">There is no page that explains it: {Text(reason)}.</p>\n");
            }

            page.Append("<p>Next:</p>\n<ul>")
                .AppendJoin("", row.Next.Select(command => $"<li><code>{Text(command)}</code></li>"))
                .Append("</ul>\n<details><summary>What it said</summary><pre>")
                .Append(Text(row.Result.Message.Length == 0 ? "nothing" : row.Result.Message))
                .Append("</pre></details></section>\n");
        }
    }

    private static void Scenarios(StringBuilder page, string title, string note, IReadOnlyList<ReportRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"<h2>{title}</h2>\n");
        if (note.Length > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">{note}</p>\n");
        }

        var table = new StringBuilder("<table class=\"scenarios\"><thead><tr>");
        foreach (var column in new[] { "scenario", "test", "verdict", "worst difference", "bound", "× noise", "golden", "time" })
        {
            table.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{column}</th>");
        }

        table.Append("</tr></thead><tbody>\n");
        foreach (var row in rows)
        {
            Row(table, row);
        }

        page.Append(HtmlPage.Scrolling(title, table.Append("</tbody></table>").ToString()));
    }

    private static void Row(StringBuilder table, ReportRow row)
    {
        table.Append(
            CultureInfo.InvariantCulture,
            $"<tr{(row.Result.Outcome == TestOutcome.Failed ? " class=\"failed\"" : "")}><th scope=\"row\">{Text(row.Result.Title)}<br>"
                + $"<span class=\"soft\">{Text(row.Result.Class.Split('.')[^1])}</span></th><td>{Outcome(row.Result.Outcome)}</td>"
                + $"<td>{Marked(row.Verdict, row.Diverged)}{(row.Page is { } page ? $" <a href=\"{Text(page)}\">why</a>" : "")}</td>"
        );
        table.Append(
            row.Measurement switch
            {
                null => "<td>not measured</td><td></td><td></td>",
                { Worst: null } => "<td>nothing was compared</td><td></td><td></td>",
                { Worst: { Measured: 0, Bound: 0 }, Checks: var checks } => $"<td>0 in {checks} checks</td><td>0</td><td>same bits</td>",
                { Worst: var worst } => $"<td>{Number(worst.Measured)}<br><span class=\"soft\">{Text(worst.Name)}</span></td>"
                    + $"<td>{Number(worst.Bound)}</td><td>{Ratio(worst.NoiseRatio)}</td>",
            }
        );
        var golden = Marked(row.Golden, row.Measurement?.Golden?.State is GoldenState.Diverged or GoldenState.Missing);
        table.Append(CultureInfo.InvariantCulture, $"<td>{golden}</td><td>{Seconds(row.Result.Duration)}</td></tr>\n");
    }

    private static void Others(StringBuilder page, PipelineReport report)
    {
        var classes = report.Others.GroupBy(row => row.Result.Class).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        if (classes.Count == 0)
        {
            return;
        }

        page.Append("<h2>Other tests</h2>\n");
        foreach (var group in classes)
        {
            var (failed, skipped) = (group.Count(Is(TestOutcome.Failed)), group.Count(Is(TestOutcome.Skipped)));
            var counts = string.Create(
                CultureInfo.InvariantCulture,
                $"{group.Count()} tests{(failed > 0 ? $", {failed} failed" : "")}{(skipped > 0 ? $", {skipped} skipped" : "")}, "
                    + $"{Seconds(TimeSpan.FromTicks(group.Sum(row => row.Result.Duration.Ticks)))}"
            );
            page.Append(CultureInfo.InvariantCulture, $"<details><summary>{Text(group.Key)}: {counts}</summary>\n<ul>");
            foreach (var row in group)
            {
                var reason = row.Result.Outcome == TestOutcome.Skipped ? $": {row.Result.Message}" : "";
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"<li>{Outcome(row.Result.Outcome)}, {Seconds(row.Result.Duration)}: {Text(row.Result.Title + reason)}</li>\n"
                );
            }

            page.Append("</ul></details>\n");
        }
    }

    private static Func<ReportRow, bool> Is(TestOutcome outcome) => row => row.Result.Outcome == outcome;

    private static string Outcome(TestOutcome outcome) => Marked(outcome.ToString().ToLowerInvariant(), outcome == TestOutcome.Failed);

    private static string Marked(string text, bool bad) => bad ? $"<strong class=\"bad\">{text}</strong>" : text;

    private static string Number(double value) =>
        value == 0 ? "0"
        : double.IsFinite(value) ? value.ToString("0.00e+00", CultureInfo.InvariantCulture)
        : value.ToString(CultureInfo.InvariantCulture);

    private static string Ratio(double? noise) =>
        noise is not { } times ? "not known"
        : times < 1e4 ? times.ToString("0.00", CultureInfo.InvariantCulture)
        : Number(times);

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    private static string Date(DateTimeOffset? time) =>
        time is { } known
            ? known.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)
            : "at a time that is not known";
}
