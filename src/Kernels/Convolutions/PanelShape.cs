namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// How many columns (tiles or channels) lie in panels of <see cref="PanelProduct.Columns"/>; the last panel is as many vectors wide as it
/// needs.
/// </summary>
internal readonly record struct PanelShape(int Columns)
{
    /// <summary>Columns with those that fill the last vector.</summary>
    public int Padded => Columns.PaddedTo(PanelProduct.Lanes);

    /// <summary>Panels.</summary>
    public int Count => (Columns + PanelProduct.Columns - 1) / PanelProduct.Columns;

    /// <summary>Columns of one panel: 16, 32 or 48.</summary>
    public int Width(int panel) => Math.Min(PanelProduct.Columns, Padded - (panel * PanelProduct.Columns));
}
