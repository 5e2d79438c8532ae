using System.Text.Json;
using System.Text.Json.Serialization;

namespace PPYolo.Harness.Pipeline;

/// <summary>The report as JSON, every number in full precision.</summary>
internal static class PipelineJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        WriteIndented = true,
    };

    /// <summary>Formats a report.</summary>
    public static string Format(PipelineReport report) =>
        JsonSerializer.Serialize(
            new
            {
                Format = "ppyolo-report",
                Version = 1,
                report.Word,
                report.Summary,
                Made = DateTimeOffset.UtcNow,
                Runs = report.Logs.Select(log => new
                {
                    log.File,
                    log.Began,
                    Results = log.Results.Count,
                    log.BrokenOff,
                }),
                Commits = report.Where(where => where.Commit),
                Machines = report.Where(where => where.Machine),
                InstructionSets = report.Where(where => where.InstructionSet),
                report.Problems,
                Tests = report.Rows.Select(row => new
                {
                    row.Result.Test,
                    row.Result.Outcome,
                    Scenario = row.Result.IsScenario,
                    Seconds = row.Result.Duration.TotalSeconds,
                    row.Result.Started,
                    row.Result.Ended,
                    row.Log.File,
                    row.Result.Message,
                    row.Measurement,
                    row.Page,
                    row.NoPage,
                    Next = row.Result.Outcome == TestOutcome.Failed ? row.Next : [],
                }),
            },
            Options
        );
}
