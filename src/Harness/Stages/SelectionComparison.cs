using PPYolo.Model.Boxes;

namespace PPYolo.Harness.Stages;

/// <summary>
/// Selected objects against the reference's. Every row looks for its like, the same label and nearly the same score and place; how far the
/// pairs are apart, and how far their order is from falling, is measured.
/// </summary>
/// <param name="Count">By how many rows the numbers differ.</param>
/// <param name="Strangers">Rows of the reference without a like; those as sure as its last one, of which either may have kept another, are
/// not counted.</param>
/// <param name="Scores">The largest difference of scores, rank by rank.</param>
/// <param name="Corners">The largest difference of corners in a pair, in pixels.</param>
/// <param name="Order">The largest rise of the reference's scores along our order: 0 where the order is the same.</param>
internal sealed record SelectionComparison(int Count, int Strangers, double Scores, double Corners, double Order)
{
    /// <summary>Compares.</summary>
    public static SelectionComparison Of(IReadOnlyList<DetectedBox> found, IReadOnlyList<DetectedBox> expected)
    {
        var scores = 0.0;
        for (var i = 0; i < Math.Min(found.Count, expected.Count); i++)
        {
            scores = Math.Max(scores, Math.Abs(found[i].Score - (double)expected[i].Score));
        }

        var left = Enumerable.Range(0, found.Count).ToList();
        var pairs = new SortedDictionary<int, DetectedBox>();
        var strangers = 0;
        var corners = 0.0;
        foreach (var row in expected)
        {
            var like = left.FindIndex(i => IsLike(found[i], row));
            if (like >= 0)
            {
                corners = Math.Max(corners, Distance(found[left[like]], row));
                pairs.Add(left[like], row);
                left.RemoveAt(like);
            }
            else if (row.Score - expected[^1].Score >= InferenceBounds.Scores)
            {
                strangers++;
            }
        }

        double order = 0,
            least = double.PositiveInfinity;
        foreach (var row in pairs.Values)
        {
            order = Math.Max(order, row.Score - least);
            least = Math.Min(least, row.Score);
        }

        return new(Math.Abs(found.Count - expected.Count), strangers, scores, corners, order);
    }

    private static bool IsLike(in DetectedBox a, in DetectedBox b) =>
        a.Label == b.Label && Math.Abs(a.Score - b.Score) <= InferenceBounds.Scores && Distance(a, b) <= InferenceBounds.Corners;

    private static double Distance(in DetectedBox a, in DetectedBox b) =>
        Math.Max(
            Math.Max(Math.Abs(a.Left - b.Left), Math.Abs(a.Top - b.Top)),
            Math.Max(Math.Abs(a.Right - b.Right), Math.Abs(a.Bottom - b.Bottom))
        );
}
