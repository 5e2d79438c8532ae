namespace PPYolo.Data.Showing;

/// <summary>A box of a picture.</summary>
/// <param name="Left">Left edge, in pixels of the picture.</param>
/// <param name="Top">Upper edge.</param>
/// <param name="Right">Right edge.</param>
/// <param name="Bottom">Lower edge.</param>
/// <param name="Class">From 0.</param>
/// <param name="Name">What is written beside it.</param>
internal readonly record struct PictureBox(double Left, double Top, double Right, double Bottom, int Class, string Name)
{
    /// <summary>Missed, false or right, instead of the colour of its class; else null.</summary>
    public string? Look { get; init; }
}
