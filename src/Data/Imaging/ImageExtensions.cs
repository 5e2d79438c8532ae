namespace PPYolo.Data.Imaging;

/// <summary>The extensions by which a folder's images are found.</summary>
public static class ImageExtensions
{
    /// <summary>All of them, with their point.</summary>
    public static readonly string[] All = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"];
}
