using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Json;
using PPYolo.Align.Reports;
using PPYolo.Harness.Explain;

namespace PPYolo.Harness.Pipeline;

/// <summary>What the test runs of a folder came to: of each test its latest result.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Logs">The runs, latest first.</param>
/// <param name="Rows">The latest result of each test: failed ones first, then by name.</param>
/// <param name="Problems">What keeps the report from being whole.</param>
internal sealed record PipelineReport(
    string Folder,
    IReadOnlyList<TestLog> Logs,
    IReadOnlyList<ReportRow> Rows,
    IReadOnlyList<string> Problems
)
{
    // A test's clock and that of the program that runs it are one, but are read at different moments.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    /// <summary>The scenarios: trainings that must be aligned.</summary>
    public IEnumerable<ReportRow> Scenarios => Rows.Where(row => row.Result.IsScenario && row.Measurement?.MustDiverge != true);

    /// <summary>Trainings that are broken on purpose, and must diverge.</summary>
    public IEnumerable<ReportRow> Broken => Rows.Where(row => row.Measurement?.MustDiverge == true);

    /// <summary>All other tests.</summary>
    public IEnumerable<ReportRow> Others => Rows.Where(row => !row.Result.IsScenario);

    /// <summary>What failed.</summary>
    public IEnumerable<ReportRow> Failed => Rows.Where(row => row.Result.Outcome == TestOutcome.Failed);

    /// <summary>The outcome in a word: PASSED only where nothing failed and nothing is missing.</summary>
    public string Word =>
        Failed.Any() ? "FAILED"
        : Problems.Count > 0 ? "INCOMPLETE"
        : "PASSED";

    /// <summary>The outcome in a sentence.</summary>
    public string Summary
    {
        get
        {
            var scenarios = Scenarios.ToList();
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Word}: {Rows.Count} tests, {Failed.Count()} failed, {Rows.Count(row => row.Result.Outcome == TestOutcome.Skipped)} "
                    + $"skipped; of {scenarios.Count} scenarios {scenarios.Count(row => row.Measurement is { Aligned: true })} are "
                    + $"aligned, {scenarios.Count(row => row.Measurement is { Aligned: false })} diverged, "
                    + $"{scenarios.Count(row => row.Measurement is null)} not measured"
                    + $"{(Problems.Count == 0 ? "" : "; results are missing")}."
            );
        }
    }

    /// <summary>Where the scenarios were measured, each value with those that have it; nothing where none was.</summary>
    public IReadOnlyList<string> Where(Func<Surroundings, string> value) =>
        [.. Rows.Select(row => row.Measurement?.Where).OfType<Surroundings>().Select(value).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Reads a folder and all below it: results (*.trx), and what was measured (measured/*.json).</summary>
    /// <exception cref="AlignException">There is no such folder, or no result in it.</exception>
    public static PipelineReport Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new AlignException($"{folder}: there is no such folder; {HowToMakeResults}");
        }

        var problems = new List<string>();
        var logs = new List<TestLog>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.trx", Below).Order(StringComparer.Ordinal))
        {
            if (Attempt(() => TestLog.Read(file), problems) is { } log)
            {
                logs.Add(log);
            }
        }

        logs = [.. logs.OrderByDescending(log => log.Began)];
        var measurements = Directory
            .EnumerateFiles(folder, "*.json", Below)
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == Measurement.FolderName)
            .Order(StringComparer.Ordinal)
            .Select(file => (File: file, Measurement: Attempt(() => Measurement.Read(file), problems)))
            .Where(pair => pair.Measurement is not null)
            .ToLookup(pair => pair.Measurement!.Test, pair => pair.Measurement! with { Records = Found(pair.File, pair.Measurement!) });
        if (logs.Count == 0 && measurements.Count == 0 && problems.Count == 0)
        {
            throw new AlignException($"{folder}: there is no .trx in it, nor below it; {HowToMakeResults}");
        }

        problems.AddRange(Gaps(logs, measurements));
        return new(
            folder,
            logs,
            [
                .. logs.SelectMany(log => log.Results.Select(result => new ReportRow(result, log, null)))
                    .GroupBy(row => row.Result.Test)
                    .Select(group => group.MaxBy(row => row.Result.Ended ?? row.Log.Began)!)
                    .Select(row => row with { Measurement = measurements[row.Result.Test].FirstOrDefault(one => IsOf(one, row.Result)) })
                    .OrderBy(row => row.Result.Outcome)
                    .ThenBy(row => row.Measurement is null)
                    .ThenBy(row => row.Result.Test, StringComparer.Ordinal),
            ],
            problems
        );
    }

    /// <summary>What diverged, should not, and has no page yet though both records were kept.</summary>
    public IEnumerable<ReportRow> Unexplained => Rows.Where(row => row is { Diverged: true, Page: null, Records.Count: 2 });

    /// <summary>
    /// Explains what diverged and has its records: a page beside the report for each. Training is repeated for that, which takes minutes.
    /// </summary>
    public PipelineReport Explained() => this with { Rows = [.. Rows.Select(row => Unexplained.Contains(row) ? Explained(row) : row)] };

    private const string HowToMakeResults =
        "make results with dotnet test --filter Alignment --logger trx (they are then in tests/Alignment/TestResults), or with dotnet "
        + "cake --target=Align (in artifacts)";

    private ReportRow Explained(ReportRow row)
    {
        try
        {
            var explanation = ExplainScenario.Run(row.Records[0], row.Records[1], new());
            if (explanation.Aligned)
            {
                // A page that says aligned would explain nothing.
                return row with { NoPage = "the records that were kept of it are aligned" };
            }

            AtomicText.Write(Path.Combine(Folder, row.PageName), ExplanationHtml.Format(explanation));
            return row with { Page = row.PageName };
        }
        catch (AlignException exception)
        {
            return row with { NoPage = exception.Message };
        }
    }

    /// <summary>Records that are there still.</summary>
    private static IReadOnlyList<string> Found(string file, Measurement measurement) =>
        [.. measurement.Records.Select(record => Path.Combine(Path.GetDirectoryName(file)!, record)).Where(Directory.Exists)];

    /// <summary>An earlier run's measurement says nothing of a later result.</summary>
    private static bool IsOf(Measurement measurement, TestResult result) =>
        result is { Started: { } started, Ended: { } ended }
        && measurement.Written >= started - Slack
        && measurement.Written <= ended + Slack;

    private static IEnumerable<string> Gaps(IReadOnlyList<TestLog> logs, ILookup<string, Measurement> measurements)
    {
        foreach (var log in logs)
        {
            if (log.BrokenOff is { } reason)
            {
                yield return $"{log.File}: the run did not come to its end ({reason}); tests that it did not come to are not in the report";
            }
            else if (log.Results.Count == 0)
            {
                yield return $"{log.File}: the run has no result";
            }
        }

        // What was measured before the latest run began is of an earlier one, whose results may have been deleted.
        var began = logs.Max(log => log.Began) ?? DateTimeOffset.MinValue;
        var ended = logs.SelectMany(log => log.Results).ToLookup(result => result.Test, result => result.Ended);
        var lost = measurements
            .Select(group => (Test: group.Key, Written: group.Max(one => one.Written)))
            .Where(last => last.Written >= began && !ended[last.Test].Any(end => end + Slack >= last.Written))
            .Select(last => last.Test)
            .ToList();
        if (lost.Count > 0)
        {
            yield return $"{lost.Count} tests measured something and have no result of that run, so that it did not come to its end, or "
                + $"its .trx is elsewhere: {string.Join(", ", lost)}";
        }
    }

    private static T? Attempt<T>(Func<T> read, List<string> problems)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is AlignException or IOException or UnauthorizedAccessException)
        {
            problems.Add(exception.Message);
            return null;
        }
    }
}
