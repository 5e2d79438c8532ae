namespace PPYolo.Data.Coco;

/// <summary>A box as COCO files write it: the upper left corner and the extents, in pixels of the original image.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Upper edge.</param>
/// <param name="Width">Horizontal extent.</param>
/// <param name="Height">Vertical extent.</param>
public readonly record struct CocoBox(double X, double Y, double Width, double Height)
{
    /// <summary>Width times height, in square pixels.</summary>
    public double Area => Width * Height;

    /// <summary>
    /// How much a detection overlaps a ground-truth box: intersection over union, or, for a crowd, intersection over the detection's own
    /// area, so that a detection inside a crowd overlaps it fully.
    /// </summary>
    /// <param name="truth">The ground-truth box.</param>
    /// <param name="isCrowd">Whether <paramref name="truth"/> surrounds a crowd.</param>
    /// <returns>0 where the boxes do not meet, else up to 1.</returns>
    public double OverlapWith(in CocoBox truth, bool isCrowd)
    {
        var width = Math.Min(X + Width, truth.X + truth.Width) - Math.Max(X, truth.X);
        if (width <= 0)
        {
            return 0;
        }

        var height = Math.Min(Y + Height, truth.Y + truth.Height) - Math.Max(Y, truth.Y);
        if (height <= 0)
        {
            return 0;
        }

        // The order of the operations is fixed: an overlap of exactly a threshold is a match, and another rounding would undo it.
        var intersection = width * height;
        return intersection / (isCrowd ? Area : Area + truth.Area - intersection);
    }
}
