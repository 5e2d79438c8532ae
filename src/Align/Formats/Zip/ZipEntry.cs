namespace PPYolo.Align.Formats.Zip;

/// <summary>A file in a zip archive, as the central directory describes it and the local header confirms.</summary>
/// <param name="Name">The name; a name and nothing else: no path is ever made of it.</param>
/// <param name="Deflated">Whether the data are compressed; otherwise they are stored as they are.</param>
/// <param name="CompressedSize">The bytes in the archive.</param>
/// <param name="Size">The bytes of the file.</param>
/// <param name="Crc">The CRC-32 of the file.</param>
/// <param name="Offset">Where the data begin.</param>
internal sealed record ZipEntry(string Name, bool Deflated, long CompressedSize, long Size, uint Crc, long Offset)
{
    /// <summary>Whether it is a folder, which has nothing in it.</summary>
    public bool IsFolder => Name.EndsWith('/') && Size == 0;
}
