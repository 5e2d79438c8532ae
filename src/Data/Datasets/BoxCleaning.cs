using PPYolo.Data.Coco;

namespace PPYolo.Data.Datasets;

/// <summary>
/// The reference's cleaning of a box. Its corners include the last pixel, so that a box of width 1 has equal left and right.
/// </summary>
internal static class BoxCleaning
{
    /// <summary>Clips a box to its image.</summary>
    /// <param name="annotation">The object.</param>
    /// <param name="width">Of the image, in pixels.</param>
    /// <param name="height">Of the image, in pixels.</param>
    /// <param name="corners">Left, top, right, bottom.</param>
    /// <returns>Whether something is left and the object has an area.</returns>
    public static bool TryClip(
        in CocoAnnotation annotation,
        int width,
        int height,
        out (double Left, double Top, double Right, double Bottom) corners
    )
    {
        // As in the reference, a box that starts left of the image keeps its width: the right edge is counted from the clipped left one.
        var box = annotation.Box;
        double left = Math.Max(0, box.X),
            top = Math.Max(0, box.Y);
        corners = (
            left,
            top,
            Math.Min(width - 1, left + Math.Max(0, box.Width - 1)),
            Math.Min(height - 1, top + Math.Max(0, box.Height - 1))
        );
        return annotation.Area > 0 && box.Width > 0 && box.Height > 0 && corners.Right >= corners.Left && corners.Bottom >= corners.Top;
    }

    /// <summary>Whether a box reaches over the edge by more than the one pixel in which conventions differ.</summary>
    public static bool IsOutside(in CocoBox box, int width, int height) =>
        box.X < -1 || box.Y < -1 || box.X + box.Width > width + 1 || box.Y + box.Height > height + 1;
}
