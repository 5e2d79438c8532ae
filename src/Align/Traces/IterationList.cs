using System.Globalization;

namespace PPYolo.Align.Traces;

/// <summary>Writes lists of iterations.</summary>
public static class IterationList
{
    /// <summary>"iteration 3", or "iterations 0 to 2, 5 and 7 to 9"; two beside each other are no range.</summary>
    /// <param name="iterations">The iterations, in any order.</param>
    public static string Text(IEnumerable<int> iterations)
    {
        List<(int First, int Last)> ranges = [];
        foreach (var iteration in iterations.Distinct().Order())
        {
            if (ranges.Count > 0 && ranges[^1].Last == iteration - 1)
            {
                ranges[^1] = (ranges[^1].First, iteration);
            }
            else
            {
                ranges.Add((iteration, iteration));
            }
        }

        List<string> parts =
        [
            .. ranges.SelectMany(range =>
                range.Last - range.First > 1
                    ? [string.Create(CultureInfo.InvariantCulture, $"{range.First} to {range.Last}")]
                    : Enumerable
                        .Range(range.First, range.Last - range.First + 1)
                        .Select(iteration => iteration.ToString(CultureInfo.InvariantCulture))
            ),
        ];
        return (ranges.Count == 1 && ranges[0].First == ranges[0].Last ? "iteration " : "iterations ")
            + (parts.Count < 2 ? string.Concat(parts) : $"{string.Join(", ", parts.SkipLast(1))} and {parts[^1]}");
    }
}
