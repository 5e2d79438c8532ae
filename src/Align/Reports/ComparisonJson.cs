using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PPYolo.Align.Comparison;

namespace PPYolo.Align.Reports;

/// <summary>
/// A comparison of two sets of tensors as JSON, every number in full precision, so that reading it gives the same float64. Numbers that are
/// not finite are the strings NaN, Infinity and -Infinity.
/// </summary>
public static class ComparisonJson
{
    /// <summary>The version of the document's form; it rises when a key changes its meaning or goes.</summary>
    public const int Version = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        // The document is not for a web page: names stay as they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>Formats a comparison. Tensors and counters are in the order of the first set.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="sides">What was compared.</param>
    public static string Format(SetComparison comparison, ComparisonSides sides) =>
        JsonSerializer.Serialize(
            new
            {
                Format = "ppyolo-comparison",
                Version,
                comparison.Aligned,
                comparison.BitwiseEqual,
                Summary = ComparisonText.Summary(comparison, sides),
                sides.First,
                sides.Second,
                sides.Start,
                Compared = new
                {
                    Tensors = comparison.Tensors.Count + comparison.Counters.Count,
                    FirstPlace = sides.FirstContent?.Place ?? "",
                    SecondPlace = sides.SecondContent?.Place ?? "",
                },
                NotCompared = new { First = sides.FirstContent?.LeftOut ?? [], Second = sides.SecondContent?.LeftOut ?? [] },
                Notes = new { First = sides.FirstContent?.Notes ?? [], Second = sides.SecondContent?.Notes ?? [] },
                sides.Beside,
                Measure = "sum of squared differences, accumulated in float64",
                comparison.Bound,
                AtOrBelowBound = comparison.Within.Select(tensor => tensor.Name),
                NotAligned = comparison.Diverged.Select(tensor => tensor.Name),
                comparison.CountersWereReset,
                comparison.UniformFactor,
                CountersNotEqual = comparison.DivergedCounters.Select(tensor => tensor.Name),
                Suspicious = comparison.Suspicious.Select(tensor => tensor.Name),
                Warnings = comparison.Suspicious.Select(tensor => new { tensor.Name, tensor.Contradiction }),
                comparison.Tensors,
                comparison.Counters,
            },
            Options
        );
}
