using System.Text;
using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Align.Formats;

/// <summary>Tells what a file is that is none of tensors: a page of a failed download is not a damaged checkpoint.</summary>
internal static class ForeignFile
{
    private const string Unpack = "unpack it, and name the file in it";
    private const string Other = "name a file of one of these formats";

    private const int TarMark = 257;

    // Enough to tell text from numbers.
    private const int Looked = 512;

    /// <summary>The error of a file that cannot be read.</summary>
    public static AlignException Error(ByteSource file)
    {
        if (Safetensors.IsCutShort(file))
        {
            return file.Error("a safetensors header within the file", $"only {file.Length} bytes");
        }

        var (found, advice) = Describe(file.Span(0, (int)Math.Min(file.Length, Looked)));
        return file.Error($"a file of {TensorFormat.Programs}", found, advice);
    }

    private static (string Found, string Advice) Describe(ReadOnlySpan<byte> head)
    {
        if (head.Length == 0)
        {
            return ("an empty file", Advice.Damaged);
        }

        if (!head.ContainsAnyExcept((byte)0))
        {
            return ("nothing but zeros", Advice.Damaged);
        }

        // Before that version torch.save wrote an archive of these.
        if (Archive(head) == "tar" && (head.StartsWith("sys_info\0"u8) || head.StartsWith("pickle\0"u8) || head.StartsWith("storages\0"u8)))
        {
            return ("a checkpoint of PyTorch before 0.1.10", "load it with torch.load, and save it again");
        }

        if (Archive(head) is { } archive)
        {
            return ($"a {archive} archive", Unpack);
        }

        if (head is [0x89, (byte)'H', (byte)'D', (byte)'F', ..])
        {
            return ("a file of HDF5 (Keras)", Other);
        }

        if (head.StartsWith("(dp"u8) || head.StartsWith("(lp"u8) || head is [(byte)'}' or (byte)']', (byte)'q', ..])
        {
            return ("a pickle of protocol 0 or 1", "save it with pickle protocol 2 or 4");
        }

        return IsText(head) ? Text(Encoding.UTF8.GetString(head).Trim()) : ("something else", Other);
    }

    private static string? Archive(ReadOnlySpan<byte> head) =>
        head switch
        {
            [0x1f, 0x8b, ..] => "gzip",
            [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..] => "bzip2",
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => "xz",
            [(byte)'7', (byte)'z', 0xbc, 0xaf, ..] => "7z",
            [(byte)'R', (byte)'a', (byte)'r', (byte)'!', ..] => "rar",
            [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd",
            _ when head.Length > TarMark + 5 && head[TarMark..].StartsWith("ustar"u8) => "tar",
            _ => null,
        };

    private static (string Found, string Advice) Text(string text)
    {
        if (text.StartsWith("version https://git-lfs", StringComparison.Ordinal))
        {
            return ("a pointer of Git LFS, which only names the file", "fetch the file itself: git lfs pull");
        }

        if (text.StartsWith('<'))
        {
            return (
                "a page of HTML or XML, as servers answer when a file is not there",
                "open the address in a browser and download the file itself"
            );
        }

        var line = text.Split('\n')[0].Trim();
        return ($"text: '{(line.Length <= 40 ? line : line[..40] + "...")}'", Other);
    }

    private static bool IsText(ReadOnlySpan<byte> head)
    {
        foreach (var value in head)
        {
            if (value < 0x20 && value is not ((byte)'\n' or (byte)'\r' or (byte)'\t') || value == 0x7f)
            {
                return false;
            }
        }

        // A character of several bytes may be cut in two at the end.
        for (var cut = 0; cut < 4 && cut < head.Length; cut++)
        {
            if (System.Text.Unicode.Utf8.IsValid(head[..^cut]))
            {
                return true;
            }
        }

        return false;
    }
}
