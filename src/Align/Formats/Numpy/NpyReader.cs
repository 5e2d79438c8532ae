using System.Buffers.Binary;
using System.Text;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Numpy;

/// <summary>Turns the content of a .npy file into a tensor or strings.</summary>
internal static class NpyReader
{
    /// <summary>Checks that the data are exactly what the header describes, before anything is allocated for them.</summary>
    public static void CheckLength(NpyHeader header, long length, ByteSource source)
    {
        var expected = header.DataLength(source);
        if (length - header.DataOffset != expected)
        {
            throw source.Error(
                $"{expected} bytes for shape ({string.Join(", ", header.Shape)})",
                $"{length - header.DataOffset}",
                length - header.DataOffset > expected ? Advice.Longer : Advice.Damaged
            );
        }
    }

    /// <summary>The array as a tensor in C order, little-endian: where the data are so already, without a copy.</summary>
    public static TensorData Tensor(NpyHeader header, ByteSource content, AllocationBudget budget)
    {
        var type =
            header.Type.Element
            ?? throw content.Error(
                "elements of a numeric type of at most 64 bits",
                header.Type.Other!,
                header.Type.IsText
                    ? "text arrays are read by Npz.ReadStrings and Npy.ReadStrings"
                    : "convert the array with astype before saving it"
            );
        CheckLength(header, content.Length, content);
        return Elements.Tensor(
            new ArrayLayout(type, header.Shape, header.Fortran, header.Type.BigEndian),
            content.Part(header.DataOffset, content.Length - header.DataOffset, content.Label),
            budget
        );
    }

    /// <summary>The array as strings in C order; trailing zero characters are padding, as in NumPy.</summary>
    public static string[] Strings(NpyHeader header, ByteSource content)
    {
        if (!header.Type.IsText)
        {
            throw content.Error("text", header.Type.Element?.Name() ?? header.Type.Other!, "read it as a tensor");
        }

        CheckLength(header, content.Length, content);

        if (header.Shape.Length > 1)
        {
            throw content.Error("a list of strings", $"{header.Shape.Length} dimensions", "flatten the array before saving it");
        }

        // Strings of no characters take no bytes, so that their number is bounded by nothing in the file.
        var count = TensorData.CountOf(header.Shape);
        if (count > Math.Max(content.Length, 1))
        {
            throw content.Error($"at most {content.Length} strings", $"{count}");
        }

        var strings = new string[count];
        for (var index = 0; index < strings.Length; index++)
        {
            strings[index] = Text(
                content.Span(header.DataOffset + ((long)index * header.Type.ItemSize), header.Type.ItemSize),
                header.Type.BigEndian,
                content
            );
        }

        return strings;
    }

    private static string Text(ReadOnlySpan<byte> bytes, bool bigEndian, ByteSource content)
    {
        var text = new StringBuilder(bytes.Length / 4);
        for (var at = 0; at < bytes.Length; at += 4)
        {
            var value = bigEndian ? BinaryPrimitives.ReadInt32BigEndian(bytes[at..]) : BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
            if (!Rune.TryCreate(value, out var rune))
            {
                throw content.Error("unicode characters", $"the code {value}");
            }

            text.Append(rune.ToString());
        }

        return text.ToString().TrimEnd('\0');
    }
}
