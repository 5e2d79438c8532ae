using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PPYolo.Align.Files;

/// <summary>
/// Opens what is read. Every reader of this project comes through here, so that a pipe, a device or a folder is refused by what it is
/// instead of being waited for, and nothing is read that has no end.
/// </summary>
public static class InputFile
{
    /// <summary>The largest text that is read: far more than any configuration, golden or log of losses has.</summary>
    public const int MostText = 1 << 26;

    /// <summary>Reads a text; what the caller opened, such as /dev/stdin and a shell's &lt;(command), may be a pipe.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="AlignException">It cannot be read, is of another kind, or is longer than <see cref="MostText"/>.</exception>
    public static string ReadText(string path)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(path, MostText)), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>The lines of a text.</summary>
    /// <exception cref="AlignException">It cannot be read, is of another kind, or is longer than <see cref="MostText"/>.</exception>
    public static string[] ReadLines(string path)
    {
        var lines = ReadText(path).ReplaceLineEndings("\n").Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    /// <summary>Reads bytes; what the caller opened may be a pipe.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">More bytes than this are refused.</param>
    /// <exception cref="AlignException">It cannot be read, is of another kind, or is longer.</exception>
    public static byte[] ReadBytes(string path, int most) =>
        Guarded(
            path,
            () =>
            {
                using var handle = Open(path, Descriptors.Of(path) is not null);
                using var stream = new FileStream(handle, FileAccess.Read, 0);
                if (stream.CanSeek && stream.Length > most)
                {
                    throw TooLong(path, most);
                }

                // The length is a hint: of pipes and of the kernel's own files it is not known.
                if (stream.CanSeek && stream.Length > 0)
                {
                    var bytes = new byte[(int)stream.Length];
                    var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
                    return count == bytes.Length ? bytes : bytes[..count];
                }

                using var content = new MemoryStream();
                var buffer = new byte[1 << 16];
                for (int more; (more = stream.Read(buffer)) > 0; content.Write(buffer, 0, more))
                {
                    if (content.Length + more > most)
                    {
                        throw TooLong(path, most);
                    }
                }

                return content.ToArray();
            }
        );

    /// <summary>Reads a text that somebody may hold open for himself alone, which other openings respect.</summary>
    /// <exception cref="AlignException">It cannot be read, or is longer than <see cref="MostText"/>.</exception>
    internal static string ReadTextOfHeld(string path) =>
        Guarded(
            path,
            () =>
            {
                using var handle = OperatingSystem.IsWindows() ? Open(path, pipe: false) : Held.Open(path);
                using var stream = new FileStream(handle, FileAccess.Read, 0);
                using var reader = new StreamReader(stream, Encoding.UTF8);
                return reader.ReadToEnd();
            }
        );

    /// <summary>Opens a file that is read in any order, which no pipe can be.</summary>
    /// <exception cref="AlignException">There is no such file, it cannot be read, or it is of another kind.</exception>
    public static SafeFileHandle OpenRegular(string path) => Guarded(path, () => Open(path, pipe: false));

    private static SafeFileHandle Open(string path, bool pipe)
    {
        var kind = FileKinds.Of(path);
        if (kind is not (FileKind.None or FileKind.Regular) && !(pipe && kind == FileKind.Pipe))
        {
            throw new AlignException(
                $"{path}: expected a file, found {kind.Words()}; "
                    + (kind == FileKind.Folder ? "name a file in it" : "write what comes from it into a file, and name that")
            );
        }

        return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    private static AlignException TooLong(string path, int most) =>
        new($"{path}: expected at most {most} bytes, found more; check that it is the file that is meant");

    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new AlignException($"{path}: there is no such file; check the path", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new AlignException(
                $"{path}: cannot be read ({error.Message.TrimEnd('.')}); give the path of a file that this user may read",
                error
            );
        }
    }
}
