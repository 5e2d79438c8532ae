using PPYolo.Data.Imaging;

namespace PPYolo.Data.Showing;

/// <summary>The images that a page shows some of.</summary>
internal interface IPageImages
{
    /// <summary>What an image is called.</summary>
    /// <param name="id">Its number.</param>
    string Name(long id);

    /// <summary>An image, or null where it is not there or cannot be decoded.</summary>
    /// <param name="id">Its number.</param>
    PixelImage? Decode(long id);
}
