using System.Buffers.Binary;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>Files in the safetensors format: a JSON header and the tensors' bytes after it.</summary>
public static class Safetensors
{
    private const int LengthSize = 8;

    // The bound of the format's own implementation.
    private const long MaxHeader = 100_000_000;

    /// <summary>
    /// Reads all tensors in the header's order. They stay in the file: dispose the result when they are no longer needed.
    /// </summary>
    /// <exception cref="AlignException">The file breaks a rule of the format, or holds a type that is not known here.</exception>
    public static NamedTensors Read(string path)
    {
        using var opened = new Opened(path);
        var tensors = ReadContent(opened.Source).Tensors;
        opened.HandOver(tensors);
        return tensors;
    }

    /// <summary>
    /// Writes tensors. The header has their order; their bytes are in the order of falling element size, so that all are aligned.
    /// </summary>
    /// <exception cref="AlignException">The file cannot be written.</exception>
    public static void Write(string path, NamedTensors tensors)
    {
        if (tensors.Contains(SafetensorsHeader.Metadata))
        {
            throw new AlignException(
                $"{path}: expected names of tensors, found '{SafetensorsHeader.Metadata}', which the format reserves; rename it"
            );
        }

        var placed = tensors.Select(tensor => tensor.Value).OrderByDescending(tensor => tensor.Type.Size()).ToList();
        NewFile.Write(
            path,
            stream =>
            {
                stream.Write(SafetensorsHeader.Write(tensors, placed));
                placed.ForEach(tensor => stream.Write(tensor.Bytes.Span));
            }
        );
    }

    internal static bool Begins(ByteSource file) =>
        file.Length > LengthSize
        && file[LengthSize] == '{'
        && Length(file) is >= 2 and <= MaxHeader
        && Length(file) <= file.Length - LengthSize;

    /// <summary>Whether the bytes begin as a header does that the file is too short for.</summary>
    internal static bool IsCutShort(ByteSource file) =>
        file.Length > LengthSize && file[LengthSize] == '{' && Length(file) <= MaxHeader && Length(file) > file.Length - LengthSize;

    internal static TensorContent ReadContent(ByteSource file)
    {
        if (!Begins(file))
        {
            throw file.Error("the header of a safetensors file", "something else");
        }

        var data = file.Part(LengthSize + Length(file), file.Length - LengthSize - Length(file), file.Label);
        var tensors = new NamedTensors();
        var unread = new List<LeftOutEntry>();
        foreach (
            var (name, type, typeName, shape, begin, end) in SafetensorsHeader.Read(
                file.Part(LengthSize, Length(file), file.Label),
                data.Length
            )
        )
        {
            if (type is { } known)
            {
                tensors.Add(name, new TensorData(known, shape, data.Memory(begin, end - begin)));
            }
            else
            {
                unread.Add(new(name, typeName));
            }
        }

        return new(tensors) { Unread = unread };
    }

    private static long Length(ByteSource file) => BinaryPrimitives.ReadInt64LittleEndian(file.Span(0, LengthSize));
}
