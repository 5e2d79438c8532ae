using PPYolo.Align;
using PPYolo.Align.Files;

namespace PPYolo.Data.Layouts;

/// <summary>Reads the small text files of datasets: UTF-8 unless they begin otherwise, with any line ends.</summary>
internal static class TextFile
{
    // A label file has at most some hundred lines, a list a line for each image.
    private const long MostBytes = 1 << 28;

    /// <summary>The lines of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, for messages.</param>
    /// <exception cref="AlignException">It cannot be read or is too large.</exception>
    public static string[] Lines(string path, string what)
    {
        try
        {
            var length = Length(path);
            if (length > MostBytes)
            {
                throw new AlignException($"{path}: expected {what} of at most {MostBytes} bytes, found {length}");
            }

            using var reader = new StreamReader(new FileStream(InputFile.OpenRegular(path), FileAccess.Read));
            var lines = reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n');
            return lines[^1].Length == 0 ? lines[..^1] : lines;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AlignException($"{path}: expected {what}, but it cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A file's length in bytes; 0 where it is not there.</summary>
    public static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
