using System.Globalization;
using System.Net;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Pipeline;

namespace PPYolo.Tests.Unit.Harness.Pipeline;

/// <summary>A folder as test runs leave it.</summary>
internal sealed class ResultFolder : IDisposable
{
    public const string Class = "PPYolo.Tests.Alignment.SelfTheories";

    private readonly TemporaryFolder folder = new();

    public static DateTimeOffset Noon { get; } = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    public string Path => folder.Path;

    /// <summary>Writes a run that began some minutes after noon and took a minute for each of its tests.</summary>
    public void Run(string name, int minute, params (string Test, string Outcome, string Message)[] tests)
    {
        var results = tests.Select(
            (test, index) =>
                $"""<UnitTestResult testName="{WebUtility.HtmlEncode(test.Test)}" outcome="{test.Outcome}" duration="00:01:00" """
                + $"startTime=\"{Time(minute + index)}\" endTime=\"{Time(minute + index + 1)}\">"
                + $"<Output><ErrorInfo><Message>{Encoded(test.Message)}</Message></ErrorInfo></Output></UnitTestResult>"
        );
        Log(name, minute, string.Concat(results), "Completed", tests.Length, "");
    }

    /// <summary>Writes the results of a run whose host died, as dotnet test does.</summary>
    public void Crash(string name, int minute) =>
        Log(
            name,
            minute,
            "",
            "Failed",
            0,
            "<RunInfo outcome=\"Warning\"><Text>[xUnit.net] Skipped [SKIP]</Text></RunInfo><RunInfo outcome=\"Error\"><Text>The active "
                + "test run was aborted. Reason: Test host process crashed : Process terminated.\nat System.FailFast()</Text></RunInfo>"
        );

    public void Write(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(folder.File(name))!);
        folder.Write(name, content);
    }

    public string Read(string name) => folder.Read(name);

    /// <summary>Writes what a test measured some minutes after noon.</summary>
    public void Measure(
        string test,
        double minute,
        Func<Measurement, Measurement>? change = null,
        double difference = 1e-9,
        double bound = 1e-8
    )
    {
        var verdict = new Verdict(
            "a run",
            "",
            [new("losses", "relative", 0, 1e-4), new("weights", "sum of squares", difference, bound, "conv.weight") { Noise = 1e-9 }],
            [],
            []
        );
        var measurement = Measurement.Of(test, verdict, threads: 2) with { Written = Noon.AddMinutes(minute) };
        Directory.CreateDirectory(folder.File(Measurement.FolderName));
        (change?.Invoke(measurement) ?? measurement).Write(folder.File(Measurement.FolderName));
    }

    public void Dispose() => folder.Dispose();

    private void Log(string name, int minute, string results, string outcome, int total, string infos) =>
        folder.Write(
            name,
            "\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\"?><TestRun xmlns=\"http://microsoft.com/schemas/VisualStudio/TeamTest/2010\">"
                + $"<Times start=\"{Time(minute)}\" /><Results>{results}</Results><ResultSummary outcome=\"{outcome}\">"
                + $"<Counters total=\"{total}\" /><RunInfos>{infos}</RunInfos></ResultSummary></TestRun>"
        );

    /// <summary>Control characters that XML has no place for stand as references.</summary>
    private static string Encoded(string text) =>
        string.Concat(WebUtility.HtmlEncode(text).Select(letter => letter is < ' ' and not '\n' ? $"&#{(int)letter};" : letter.ToString()));

    private static string Time(double minute) => Noon.AddMinutes(minute).ToString("o", CultureInfo.InvariantCulture);
}
