namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// The tiles of 2x2 cells that cover the maps of a batch, row by row, image after image; the last of a row or column hangs over where the
/// extent is odd.
/// </summary>
internal readonly record struct TileGrid(int Batch, int Height, int Width)
{
    /// <summary>Rows of tiles in an image.</summary>
    public int Rows => (Height + 1) / 2;

    /// <summary>Tiles in a row.</summary>
    public int Columns => (Width + 1) / 2;

    /// <summary>All tiles.</summary>
    public int Count => Batch * Rows * Columns;

    /// <summary>Cells of one map of one image.</summary>
    public long Cells => (long)Height * Width;

    /// <summary>The tiles from <paramref name="tile"/> on that are in one row, at most up to <paramref name="end"/>.</summary>
    public TileRun RunAt(int tile, int end)
    {
        var (row, column) = Math.DivRem(tile, Columns);
        return new(row / Rows, row % Rows, column, Math.Min(Columns - column, end - tile));
    }
}
