namespace PPYolo.Model.Boxes;

/// <summary>
/// Matrix NMS (Wang et al., "SOLOv2", arXiv:2003.10152): no box is struck out by another; the score of each decays with its overlaps with
/// surer boxes of its class, all at once.
/// </summary>
public static class MatrixNms
{
    // Candidates are cut back to the surest whenever there are so many times more.
    private const int SortedAtOnce = 8;

    /// <summary>Selects an image's objects.</summary>
    /// <returns>
    /// The objects by falling score; none where the reference returns its row of -1. Boxes whose score or place is not a finite number are
    /// not among them. </returns>
    public static DetectedBox[] Select(DecodedBoxes boxes, MatrixNmsOptions options)
    {
        ArgumentNullException.ThrowIfNull(boxes);
        ArgumentNullException.ThrowIfNull(options);
        var candidates = Candidates(boxes, options.ScoreThreshold, options.NmsTopK);
        var decay = Decay(candidates, options);
        var kept = new List<DetectedBox>();
        for (var i = 0; i < candidates.Count; i++)
        {
            var decayed = candidates[i] with { Score = candidates[i].Score * decay[i] };

            // A score that is not a number fails every comparison, and so is dropped here.
            if (decayed.Score >= options.PostThreshold && decayed.IsFinite)
            {
                kept.Add(decayed);
            }
        }

        Rank(kept, options.KeepTopK);
        return [.. kept];
    }

    /// <summary>The surest (box, class) pairs above the threshold, by falling score.</summary>
    private static List<DetectedBox> Candidates(DecodedBoxes boxes, float threshold, int most)
    {
        var candidates = new List<DetectedBox>();
        ReadOnlySpan<float> corners = boxes.Corners,
            scores = boxes.Scores;
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > threshold)
            {
                var corner = corners.Slice(i / boxes.Classes * 4, 4);
                candidates.Add(new(i % boxes.Classes, scores[i], corner[0], corner[1], corner[2], corner[3]));
            }

            // An untrained network is a little sure of everything, which makes millions of pairs: only the surest are carried along. A
            // later pair that is just as sure as the last of them would be ranked after it.
            if (most > 0 && candidates.Count >= most * (long)SortedAtOnce)
            {
                Rank(candidates, most);
                threshold = candidates[^1].Score;
            }
        }

        Rank(candidates, most);
        return candidates;
    }

    /// <summary>Sorts by falling score, equal ones as they were, and keeps the first.</summary>
    private static void Rank(List<DetectedBox> boxes, int most)
    {
        var keys = new (float Score, int Index)[boxes.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = (boxes[i].Score, i);
        }

        keys.AsSpan().Sort((a, b) => a.Score != b.Score ? (a.Score > b.Score ? -1 : 1) : a.Index.CompareTo(b.Index));
        var count = most > 0 ? Math.Min(most, keys.Length) : keys.Length;
        var ranked = new DetectedBox[count];
        for (var i = 0; i < count; i++)
        {
            ranked[i] = boxes[keys[i].Index];
        }

        boxes.Clear();
        boxes.AddRange(ranked);
    }

    /// <summary>
    /// What each score is multiplied by. A NaN anywhere among its terms makes a factor NaN, as minimum and maximum have it in the
    /// reference.
    /// </summary>
    private static float[] Decay(List<DetectedBox> boxes, MatrixNmsOptions options)
    {
        // How much each box is itself overlapped by surer ones: it pulls others down the less, the less it is likely to stay.
        var overlapped = new float[boxes.Count];
        for (var j = 0; j < boxes.Count; j++)
        {
            for (var i = 0; i < j; i++)
            {
                overlapped[j] = Math.Max(overlapped[j], Overlap(boxes, i, j));
            }
        }

        // Every row takes part, also those of other classes and of less sure boxes, which overlap by 0.
        var decay = new float[boxes.Count];
        Array.Fill(decay, float.PositiveInfinity);
        for (var i = 0; i < boxes.Count; i++)
        {
            var compensation = Remaining(overlapped[i], options);
            for (var j = 0; j < boxes.Count; j++)
            {
                decay[j] = Math.Min(decay[j], Remaining(i < j ? Overlap(boxes, i, j) : 0, options) / compensation);
            }
        }

        return decay;
    }

    private static float Overlap(List<DetectedBox> boxes, int i, int j) => boxes[i].Label == boxes[j].Label ? boxes[i].Iou(boxes[j]) : 0;

    private static float Remaining(float overlap, MatrixNmsOptions options) =>
        options.Gaussian ? MathF.Exp(-options.Sigma * overlap * overlap) : 1 - overlap;
}
