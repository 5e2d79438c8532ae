namespace PPYolo.Kernels.Deformable;

/// <summary>
/// Where one sample falls: its four neighbours, which of them are in the image, how far it is past the first of them, and whether it is
/// nowhere: a NaN offset must show in the result, which zeros would hide.
/// </summary>
internal readonly unsafe struct Corners
{
    public readonly int Pixel0,
        Pixel1,
        Pixel2,
        Pixel3;
    public readonly bool In0,
        In1,
        In2,
        In3,
        Nowhere;
    public readonly float Down,
        Across;

    private Corners(DeformableColumns.Geometry g, float y, float x)
    {
        float top = MathF.Floor(y),
            left = MathF.Floor(x);
        Down = y - top;
        Across = x - left;
        bool above = top >= 0 && top < g.Height,
            below = top >= -1 && top < g.Height - 1;
        bool near = left >= 0 && left < g.Width,
            far = left >= -1 && left < g.Width - 1;
        In0 = above && near;
        In1 = above && far;
        In2 = below && near;
        In3 = below && far;
        Nowhere = float.IsNaN(y) || float.IsNaN(x);
        // Compared as floats first, so that an offset beyond any integer (or NaN) is simply outside.
        int row = above || below ? (int)top : 0,
            column = near || far ? (int)left : 0;
        Pixel0 = In0 ? (row * g.Width) + column : 0;
        Pixel1 = In1 ? (row * g.Width) + column + 1 : 0;
        Pixel2 = In2 ? ((row + 1) * g.Width) + column : 0;
        Pixel3 = In3 ? ((row + 1) * g.Width) + column + 1 : 0;
    }

    public static Corners At(DeformableColumns.Geometry g, int cell, int q, float* offset) =>
        new(
            g,
            ((cell / g.Columns) * g.Stride) - 1 + (q / 3) + offset[2 * q],
            ((cell % g.Columns) * g.Stride) - 1 + (q % 3) + offset[(2 * q) + 1]
        );
}
