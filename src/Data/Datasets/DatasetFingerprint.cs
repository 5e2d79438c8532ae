using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PPYolo.Align.Files;

namespace PPYolo.Data.Datasets;

/// <summary>What tells a dataset from itself after a change.</summary>
/// <param name="Annotations">SHA-256 of the annotation file.</param>
/// <param name="Images">SHA-256 of the images' names and of the sizes of their files; their pixels are not read.</param>
public sealed record DatasetFingerprint(string Annotations, string Images)
{
    /// <summary>The fingerprint of a dataset as it is on the disk.</summary>
    public static DatasetFingerprint Of(DetectionDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        using var images = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(long)];
        foreach (var image in dataset.Images)
        {
            // Relative, so that a folder may be moved.
            images.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(dataset.Layout.Images, image.Path) + "\0"));
            var file = new FileInfo(image.Path);
            BinaryPrimitives.WriteInt64LittleEndian(length, file.Exists ? file.Length : -1);
            images.AppendData(length);
        }

        return new(
            Convert.ToHexStringLower(SHA256.HashData(InputFile.ReadBytes(dataset.Layout.Annotations, Array.MaxLength))),
            Convert.ToHexStringLower(images.GetHashAndReset())
        );
    }

    /// <summary>What differs from another, in words, or null.</summary>
    public string? Difference(DatasetFingerprint other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Annotations == other.Annotations, Images == other.Images) switch
        {
            (true, true) => null,
            (false, true) => "the annotations",
            (true, false) => "the images, or their sizes,",
            _ => "the annotations and the images",
        };
    }
}
