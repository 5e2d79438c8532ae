using PPYolo.Align.Files;

namespace PPYolo.Align.Formats.Bytes;

/// <summary>
/// Writes what others read. Every writer of this project comes through here. A file is written beside its name and renamed into place, so
/// that a reader sees the old file or the new one and never a part; what is no regular file, such as a pipe or /dev/null, is written into
/// when the content is complete. Of a link the target is replaced, and the link stays.
/// </summary>
public static class NewFile
{
    // Large enough that headers and small tensors share a write; larger blocks go to the file directly.
    private const int BufferSize = 1 << 17;

    /// <summary>Writes a file; when the writer fails, nothing is left and a file of that name stays as it was.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes its content.</param>
    /// <param name="lasting">
    /// Whether the disk holds the file when this returns, so that it outlasts a power cut. Otherwise it outlasts the end of the process,
    /// however that comes, but after a power cut it may be empty. </param>
    /// <exception cref="AlignException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write, bool lasting = false) => Write(path, write, lasting ? Disk.Local : null);

    /// <summary>Asks before the work whether a file can be written after it; nothing is left, and a file of that name stays.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="AlignException">It cannot be written.</exception>
    public static void Require(string path) =>
        Try(
            path,
            () =>
            {
                if (!SpecialOutput.Is(path))
                {
                    var temporary = Leftovers.NewName(Links.Target(path));
                    using (new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None)) { }
                    File.Delete(temporary);
                }
            }
        );

    /// <summary>Writes a file and has a disk hold it, where one is given: first the content, then the name.</summary>
    internal static void Write(string path, Action<Stream> write, Disk? disk) =>
        Try(
            path,
            () =>
            {
                if (SpecialOutput.Is(path))
                {
                    using var content = new MemoryStream();
                    write(content);
                    content.Position = 0;
                    using var output = SpecialOutput.Open(path);
                    content.CopyTo(output);
                }
                else
                {
                    Replace(Links.Target(path), write, disk);
                }
            }
        );

    private static void Try(string path, Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new AlignException(
                $"{path}: cannot be written ({error.Message.TrimEnd('.')}); check the folder, its rights and the space on the disk",
                error
            );
        }
    }

    private static void Replace(string path, Action<Stream> write, Disk? disk)
    {
        Leftovers.Remove(path);
        var temporary = Leftovers.NewName(path);
        var done = false;
        try
        {
            // Nobody else may open it while it is written: by that others tell it from a leftover.
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize))
            {
                write(stream);
                disk?.Flush(stream);
            }

            File.Move(temporary, path, overwrite: true);
            done = true;
            disk?.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        finally
        {
            if (!done)
            {
                File.Delete(temporary);
            }
        }
    }
}
