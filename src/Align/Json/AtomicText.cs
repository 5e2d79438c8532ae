using System.Text;
using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Align.Json;

/// <summary>Writes text files that are whole or not there.</summary>
public static class AtomicText
{
    /// <summary>Writes beside the name, with a line end after the text, and renames into place.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Its text.</param>
    /// <param name="lasting">Whether the disk holds the file when this returns, so that it outlasts a power cut.</param>
    /// <exception cref="AlignException">The file cannot be written.</exception>
    public static void Write(string path, string text, bool lasting = false) =>
        NewFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text + "\n")), lasting);
}
