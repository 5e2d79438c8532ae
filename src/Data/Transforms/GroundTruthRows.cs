using PPYolo.Data.Batches;

namespace PPYolo.Data.Transforms;

/// <summary>The last steps of the objects: relative to the image, at most so many, and as centre and size.</summary>
internal static class GroundTruthRows
{
    /// <summary>Makes the ground truth of an image of its boxes in pixels.</summary>
    /// <param name="boxes">The boxes.</param>
    /// <param name="width">Of the image, in pixels.</param>
    /// <param name="height">Of the image, in pixels.</param>
    /// <param name="rows">The first so many objects stay.</param>
    public static GroundTruth[] Of(IReadOnlyList<SampleBox> boxes, int width, int height, int rows)
    {
        var truth = new List<GroundTruth>(Math.Min(boxes.Count, rows));
        foreach (var box in boxes.Take(rows))
        {
            var relative = Normalize(box, width, height);
            var row = ToCentre(relative);
            if (row.X is not (>= 0 and < 1) || row.Y is not (>= 0 and < 1))
            {
                // Mirrored slivers at the edge have their centres outside. The reference writes their targets into wrong cells, or stops.
                row = ToCentre(Clip(relative));
                if (row.Width <= 0 || row.Height <= 0)
                {
                    continue;
                }
            }

            truth.Add(row);
        }

        return [.. truth];
    }

    private static SampleBox Normalize(SampleBox box, float width, float height) =>
        box with
        {
            Left = box.Left / width,
            Top = box.Top / height,
            Right = box.Right / width,
            Bottom = box.Bottom / height,
        };

    private static SampleBox Clip(SampleBox box) =>
        box with
        {
            Left = Math.Clamp(box.Left, 0, 1),
            Top = Math.Clamp(box.Top, 0, 1),
            Right = Math.Clamp(box.Right, 0, 1),
            Bottom = Math.Clamp(box.Bottom, 0, 1),
        };

    private static GroundTruth ToCentre(SampleBox box)
    {
        float width = box.Right - box.Left,
            height = box.Bottom - box.Top;
        return new(box.Left + (width / 2), box.Top + (height / 2), width, height, box.Class, box.Score);
    }
}
