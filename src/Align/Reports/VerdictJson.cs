using System.Text.Json;
using System.Text.Json.Serialization;
using PPYolo.Align.Verdicts;

namespace PPYolo.Align.Reports;

/// <summary>
/// A verdict as JSON, every number in full precision; numbers that are not finite are the strings NaN, Infinity and -Infinity.
/// </summary>
public static class VerdictJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
    };

    /// <summary>Formats a verdict.</summary>
    public static string Format(Verdict verdict) =>
        JsonSerializer.Serialize(
            new
            {
                Format = "ppyolo-verdict",
                Version = 1,
                verdict.Aligned,
                Summary = VerdictText.Summary(verdict),
                verdict.Title,
                verdict.Scope,
                verdict.Judgment,
                verdict.Checks,
                verdict.Iterations,
                verdict.Tensors,
                Measurements = verdict.Measurements.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
            },
            Options
        );
}
