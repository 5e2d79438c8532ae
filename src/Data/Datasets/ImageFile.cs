using PPYolo.Align;
using PPYolo.Align.Files;

namespace PPYolo.Data.Datasets;

/// <summary>Reads image files.</summary>
internal static class ImageFile
{
    // The largest that any format makes of as many pixels as are taken.
    private const int MostBytes = 1 << 30;
    private const int Beginning = 1 << 14;

    /// <summary>Reads the header of an image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong with it, or null.</param>
    public static ImageHeader ReadHeader(string path, out string? problem)
    {
        try
        {
            using var file = InputFile.OpenRegular(path);
            var length = (int)Math.Min(RandomAccess.GetLength(file), int.MaxValue);
            var bytes = new byte[Math.Min(length, Beginning)];
            var header = ImageHeader.Read(bytes.AsSpan(0, RandomAccess.Read(file, bytes, 0)), out problem);
            // Cameras put a preview of any length before the size.
            return problem is null || length <= Beginning ? header : ImageHeader.Read(InputFile.ReadBytes(path, MostBytes), out problem);
        }
        catch (Exception e) when (e is AlignException or IOException)
        {
            problem = e.Message.StartsWith(path, StringComparison.Ordinal) ? e.Message[(path.Length + 2)..] : e.Message;
            return default;
        }
    }

    /// <summary>Reads an image file as a whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong with it, or null.</param>
    public static byte[] Read(string path, out string? problem)
    {
        try
        {
            var bytes = InputFile.ReadBytes(path, MostBytes);
            var header = ImageHeader.Read(bytes, out problem);
            if (problem is null && !header.IsWhole(bytes))
            {
                problem = $"expected a whole image, the file stops after {bytes.Length} bytes";
            }

            return bytes;
        }
        catch (Exception e) when (e is AlignException or IOException)
        {
            problem = e.Message.StartsWith(path, StringComparison.Ordinal) ? e.Message[(path.Length + 2)..] : e.Message;
            return [];
        }
    }
}
