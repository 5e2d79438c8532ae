namespace PPYolo.Data.Transforms;

/// <summary>A part of an image to be cut out.</summary>
/// <param name="Left">The first column.</param>
/// <param name="Top">The first row.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
internal readonly record struct CropWindow(int Left, int Top, int Width, int Height)
{
    /// <summary>Intersection over union with a box, in the reference's float32 steps.</summary>
    public float Iou(in SampleBox box)
    {
        float right = Left + Width,
            bottom = Top + Height;
        float left = Math.Max(box.Left, Left),
            top = Math.Max(box.Top, Top);
        float width = Math.Min(box.Right, right) - left,
            height = Math.Min(box.Bottom, bottom) - top;
        var overlap = width > 0 && height > 0 ? width * height : 0;
        var union = ((box.Right - box.Left) * (box.Bottom - box.Top)) + ((right - Left) * (bottom - Top)) - overlap;
        return overlap / (union + 1e-10f);
    }

    /// <summary>A box clipped to the window and counted from its corner.</summary>
    /// <param name="box">The box.</param>
    /// <param name="clipped">What is left of it.</param>
    /// <returns>Whether its centre lies in the window and something is left.</returns>
    public bool TryClip(in SampleBox box, out SampleBox clipped)
    {
        float right = Left + Width,
            bottom = Top + Height;
        clipped = box with
        {
            Left = Math.Max(box.Left, Left) - Left,
            Top = Math.Max(box.Top, Top) - Top,
            Right = Math.Min(box.Right, right) - Left,
            Bottom = Math.Min(box.Bottom, bottom) - Top,
        };
        float x = (box.Left + box.Right) / 2,
            y = (box.Top + box.Bottom) / 2;
        return Left <= x && x < right && Top <= y && y < bottom && clipped.Left < clipped.Right && clipped.Top < clipped.Bottom;
    }
}
