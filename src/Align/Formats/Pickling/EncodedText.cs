using System.Text;
using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>
/// A string as it lies in the file. Pickles of protocol 2 hold the bytes of arrays as strings; making strings of those would take several
/// times the file's size.
/// </summary>
/// <param name="bytes">The encoded characters.</param>
/// <param name="latin1">Whether a byte is a character, as in the strings of Python 2; otherwise they are UTF-8.</param>
internal sealed class EncodedText(ByteSource bytes, bool latin1)
{
    // Names and messages; only arrays are longer, and those are not decoded here.
    private const int MaxText = 1 << 24;
    private const int MaxName = 1 << 10;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private ByteSource? encoded;

    public long Length => bytes.Length;

    public string Decode()
    {
        if (bytes.Length > MaxText)
        {
            throw bytes.Error($"strings of at most {MaxText} bytes", $"{bytes.Length}");
        }

        try
        {
            return (latin1 ? Encoding.Latin1 : Strict).GetString(Bytes());
        }
        catch (DecoderFallbackException error)
        {
            throw IsHalf(Bytes())
                ? bytes.Error("a string in UTF-8", "half of a pair of surrogates", "save it under a name without it", error)
                : bytes.Error("a string in UTF-8", "bytes that are none", inner: error);
        }
    }

    /// <summary>The characters as bytes, each of which must be below 256: what Python's encode('latin1') gives.</summary>
    public ByteSource EncodeLatin1(AllocationBudget budget)
    {
        if (latin1)
        {
            return bytes;
        }

        // A file may name the same string as often as it likes; it is encoded once.
        if (encoded is not null)
        {
            return encoded;
        }

        var count = 0L;
        ForEachBlock(block => count += Latin1Transcoder.Count(block));
        var target = budget.Allocate(count, bytes);
        var transcoder = new Latin1Transcoder(target);
        ForEachBlock(transcoder.Append);
        return encoded = transcoder.Complete
            ? new ByteSource(target, bytes.Label)
            : throw bytes.Error("characters below 256 in UTF-8", "others");
    }

    // A name lies in what was just read; a longer text would take that place.
    private ReadOnlySpan<byte> Bytes() => bytes.Length <= MaxName ? bytes.Span(0, (int)bytes.Length) : bytes.Memory(0, bytes.Length).Span;

    // What Python writes of half a pair is three bytes, the first two of which stand together in no character.
    private static bool IsHalf(ReadOnlySpan<byte> text)
    {
        for (var at = 0; at + 2 < text.Length; at++)
        {
            if (text[at] == 0xED && text[at + 1] >= 0xA0)
            {
                return true;
            }
        }

        return false;
    }

    private void ForEachBlock(Action<ReadOnlySpan<byte>> use)
    {
        var buffer = new byte[(int)Math.Min(bytes.Length, 1 << 16)];
        for (var offset = 0L; offset < bytes.Length; offset += buffer.Length)
        {
            var block = buffer.AsSpan(0, (int)Math.Min(buffer.Length, bytes.Length - offset));
            bytes.CopyTo(offset, block);
            use(block);
        }
    }
}
