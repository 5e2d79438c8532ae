using PPYolo.Data.Imaging;

namespace PPYolo.Data.Transforms;

/// <summary>An image on its way through the transforms, with its objects.</summary>
/// <param name="image">The image; it belongs to the sample.</param>
/// <param name="boxes">Its objects.</param>
internal sealed class Sample(PixelImage image, IEnumerable<SampleBox> boxes) : IDisposable
{
    public PixelImage Image { get; private set; } = image;

    public List<SampleBox> Boxes { get; } = [.. boxes];

    /// <summary>The files that it is made of: one, or two where another image was mixed in.</summary>
    public List<string> Files { get; } = [];

    /// <summary>Takes another image and gives the old one back.</summary>
    public void Replace(PixelImage other)
    {
        Image.Dispose();
        Image = other;
    }

    public void Dispose() => Image.Dispose();
}
