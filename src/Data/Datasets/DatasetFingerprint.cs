using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PPYolo.Align.Files;

namespace PPYolo.Data.Datasets;

/// <summary>What tells a dataset from itself after a change.</summary>
/// <param name="Annotations">SHA-256 of the annotation file; where there are many, as of VOC and YOLO, that of their names and
/// contents.</param>
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

        return new(Convert.ToHexStringLower(Hash(dataset.Layout)), Convert.ToHexStringLower(images.GetHashAndReset()));
    }

    private static byte[] Hash(DatasetLayout layout)
    {
        var annotations = layout.Annotations;
        if (Directory.Exists(annotations))
        {
            return Hash(annotations, Directory.EnumerateFiles(annotations, "*", SearchOption.AllDirectories));
        }

        // A list names the images; what is in them stands in other files.
        return layout.Source is { } source
            ? Hash(Path.GetDirectoryName(Path.GetFullPath(annotations))!, source.Files)
            : SHA256.HashData(InputFile.ReadBytes(annotations, Array.MaxLength));
    }

    private static byte[] Hash(string folder, IEnumerable<string> files)
    {
        using var labels = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            labels.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, file) + "\0"));
            labels.AppendData(SHA256.HashData(InputFile.ReadBytes(file, Array.MaxLength)));
        }

        return labels.GetHashAndReset();
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
