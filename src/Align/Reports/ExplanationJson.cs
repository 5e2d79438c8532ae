using System.Text.Json;
using System.Text.Json.Serialization;
using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Reports;

/// <summary>
/// An explanation as JSON, every number in full precision, as docs/explanation.schema.json describes it; numbers that are not finite are
/// the strings NaN, Infinity and -Infinity.
/// </summary>
public static class ExplanationJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        WriteIndented = true,
    };

    /// <summary>Formats an explanation.</summary>
    public static string Format(Explanation explanation) =>
        JsonSerializer.Serialize(
            new
            {
                Format = "ppyolo-explanation",
                Version = 2,
                explanation.Aligned,
                Summary = ExplanationText.Summary(explanation),
                explanation.First,
                explanation.Second,
                Iterations = new
                {
                    explanation.Lengths.First,
                    explanation.Lengths.Second,
                    Compared = explanation.Iterations,
                },
                FirstBit = explanation.Trace.FirstBit is { } bit ? Difference(bit) : null,
                Frontier = explanation.Trace.Frontier is { } frontier ? Difference(frontier) : null,
                Gap = explanation.Trace.Gap is { } gap
                    ? new
                    {
                        Agrees = gap.Agrees is { } agrees ? Difference(agrees) : null,
                        gap.Skipped,
                        First = gap.First?.ToString(),
                        gap.Iterations,
                    }
                    : null,
                Injection = explanation.Injection is { } injection
                    ? new
                    {
                        injection.Confirmed,
                        injection.Iteration,
                        injection.Key.Phase,
                        injection.Key.Name,
                        injection.Compared,
                        injection.Differing,
                        FirstDiffering = injection.FirstDiffering?.ToString(),
                    }
                    : null,
                explanation.Causes,
                Likeliest = explanation.Likeliest?.Id,
                explanation.Next,
                Floor = explanation.Trace.Floor is { } floor
                    ? new { floor.Twins, Source = explanation.FloorSource ?? ExplanationText.Unknown }
                    : null,
                MeaninglessFrom = explanation.Trace.Floor?.MeaninglessFrom(),
                Compared = explanation.Trace.Differences.Count,
                explanation.Trace.NotCompared,
                Coverage = explanation.Trace.Modules,
                Exceeding = explanation.Trace.Exceeding.Select(Difference),
                Losses = explanation.Losses.Select(loss => new
                {
                    loss.Iteration,
                    loss.First,
                    loss.Second,
                }),
                explanation.Notes,
                explanation.Lacked,
                Environment = explanation.Environment.Select(pair => new
                {
                    pair.Name,
                    pair.First,
                    pair.Second,
                }),
            },
            Options
        );

    private static DifferenceRow Difference(EntryDifference difference) =>
        new(
            difference.Iteration,
            difference.Rank,
            difference.Key.Phase,
            difference.Key.Name,
            difference.Relative,
            difference.Bound,
            difference.Note
        );

    private sealed record DifferenceRow(
        int Iteration,
        int Rank,
        TracePhase Phase,
        string Name,
        double Relative,
        double Bound,
        string? Note
    );
}
