using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Matching;

/// <summary>Whether two tensors may be one, by their sketches and norms.</summary>
internal static class MatchLikeness
{
    /// <summary>Compares all that is known of both.</summary>
    public static Likeness Alike(MatchItem first, MatchItem second)
    {
        var told = false;
        foreach (var (label, summary) in first.Evidence)
        {
            var at = second.Evidence.FindIndex(known => known.Label == label);
            if (at < 0)
            {
                continue;
            }

            var other = second.Evidence[at].Summary;
            if ((summary.L2 == 0 && other.L2 == 0) || summary.NonFinite + other.NonFinite > 0)
            {
                continue;
            }

            var distance = summary.RelativeDistance(other);
            // Few elements are near each other by chance.
            var tolerance = first.Count < 8 ? Math.Min(label.Tolerance, 1e-4) : label.Tolerance;
            if (distance >= 10 * label.Tolerance)
            {
                return Likeness.Other;
            }

            told |=
                distance <= tolerance
                && (first.Count > 1 || first.Kind == MatchKind.Loss)
                && (label.Phase is not (TracePhase.Start or TracePhase.Data) || !IsConstant(first, summary));
        }

        // A parameter that is trained is none that is not.
        return first.Kind == MatchKind.State && IsTrained(first) is { } one && IsTrained(second) is { } two && one != two ? Likeness.Other
            : told ? Likeness.Same
            : Likeness.Possible;
    }

    private static bool? IsTrained(MatchItem item) =>
        item.Evidence.TrueForAll(known => known.Label.Iteration < 0)
            ? null
            : item.Evidence.Exists(known => known.Label.Phase is TracePhase.Gradient or TracePhase.Weights);

    /// <summary>All elements are one number: then, and only then, the norm is what the mean gives.</summary>
    public static bool IsConstant(MatchItem item, StripedSummary summary) =>
        Math.Abs((Math.Abs(summary.Mean) * Math.Sqrt(item.Count)) - summary.L2) <= 1e-9 * summary.L2;
}
