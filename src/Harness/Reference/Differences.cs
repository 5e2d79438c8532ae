using PPYolo.Align.Verdicts;

namespace PPYolo.Harness.Reference;

/// <summary>
/// Differences of one kind, of which a check names one. In order of execution it is the first beyond its bound, since what follows may only
/// follow from it. Where all are within, or all are of one moment, it is the farthest in units of its bound.
/// </summary>
/// <param name="inOrder">Whether they come in order of execution.</param>
internal sealed class Differences(bool inOrder)
{
    private (double Difference, double Bound, string? Name) shown;
    private int beyond;

    /// <summary>How many were compared.</summary>
    public int Count { get; private set; }

    /// <summary>Which of them the check names, counted from 0.</summary>
    public int Shown { get; private set; }

    /// <summary>Notes a difference; NaN is beyond every bound.</summary>
    public void See(double difference, double bound, string name)
    {
        var isBeyond = !(difference <= bound);
        if (Count == 0 || (isBeyond && beyond == 0) || (!(inOrder && beyond > 0) && isBeyond == beyond > 0 && IsFarther(difference, bound)))
        {
            // Where nothing differs there is no place to name.
            shown = (difference, bound, difference == 0 ? null : name);
            Shown = Count;
        }

        Count++;
        beyond += isBeyond ? 1 : 0;
    }

    /// <summary>The check of all.</summary>
    /// <param name="name">What was compared.</param>
    /// <param name="measure">The unit of the differences.</param>
    /// <param name="note">What else the reader must know, or null.</param>
    public Check ToCheck(string name, string measure, string? note = null)
    {
        var others =
            beyond <= 1 ? null
            : inOrder ? $"the first of {beyond} of {Count} that are beyond their bounds"
            : $"the farthest of {beyond} of {Count} that are beyond their bounds";
        return new(name, measure, shown.Difference, shown.Bound, shown.Name)
        {
            Note = others is null ? note : string.Join("; ", new[] { others, note }.OfType<string>()),
        };
    }

    /// <summary>In units of the bounds, which may be zero; nothing is farther than NaN.</summary>
    private bool IsFarther(double difference, double bound) =>
        !double.IsNaN(shown.Difference) && !(difference * shown.Bound <= shown.Difference * bound);
}
