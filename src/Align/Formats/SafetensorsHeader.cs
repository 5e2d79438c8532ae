using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>The header of a safetensors file.</summary>
internal static class SafetensorsHeader
{
    /// <summary>The one key that is no tensor.</summary>
    public const string Metadata = "__metadata__";

    private static readonly Dictionary<string, ElementType> Types = new(StringComparer.Ordinal)
    {
        ["BOOL"] = ElementType.Bool,
        ["U8"] = ElementType.UInt8,
        ["I8"] = ElementType.Int8,
        ["U16"] = ElementType.UInt16,
        ["I16"] = ElementType.Int16,
        ["U32"] = ElementType.UInt32,
        ["I32"] = ElementType.Int32,
        ["U64"] = ElementType.UInt64,
        ["I64"] = ElementType.Int64,
        ["F16"] = ElementType.Float16,
        ["BF16"] = ElementType.BFloat16,
        ["F32"] = ElementType.Float32,
        ["F64"] = ElementType.Float64,
    };

    /// <summary>Reads the entries and checks that their bytes follow each other without hole or overlap and fill the file.</summary>
    public static IReadOnlyList<SafetensorsEntry> Read(ByteSource header, long dataLength)
    {
        var entries = new List<SafetensorsEntry>();
        try
        {
            var reader = new Utf8JsonReader(header.Memory(0, header.Length).Span, new JsonReaderOptions { MaxDepth = 3 });
            Expect(ref reader, JsonTokenType.StartObject, header);
            var names = new HashSet<string>(StringComparer.Ordinal);
            while (Next(ref reader) == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (!names.Add(name))
                {
                    throw header.Error("each name once", $"'{name}' twice");
                }

                if (name == Metadata)
                {
                    ReadMetadata(ref reader, header);
                }
                else
                {
                    entries.Add(ReadEntry(ref reader, name, header));
                }
            }

            // Blanks may follow, and nothing else: the reader throws.
            while (reader.Read()) { }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw header.Error("a header in JSON", "something else", inner: error);
        }

        CheckPlaces(entries, header, dataLength);
        return entries;
    }

    /// <summary>Makes the header with its length before it.</summary>
    /// <param name="tensors">The tensors in the order of the header.</param>
    /// <param name="placed">The tensors in the order of their bytes.</param>
    public static byte[] Write(NamedTensors tensors, IEnumerable<TensorData> placed)
    {
        var begins = new Dictionary<TensorData, Queue<long>>(ReferenceEqualityComparer.Instance);
        var end = 0L;
        foreach (var tensor in placed)
        {
            (begins.TryGetValue(tensor, out var queue) ? queue : begins[tensor] = new()).Enqueue(end);
            end += tensor.Bytes.Length;
        }

        using var stream = new MemoryStream();
        stream.Write(new byte[8]);
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var (name, tensor) in tensors)
            {
                WriteEntry(writer, name, tensor, begins[tensor].Dequeue());
            }

            writer.WriteEndObject();
        }

        while (stream.Length % 8 != 0)
        {
            stream.WriteByte((byte)' ');
        }

        var header = stream.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        return header;
    }

    private static void WriteEntry(Utf8JsonWriter writer, string name, TensorData tensor, long begin)
    {
        writer.WriteStartObject(name);
        writer.WriteString("dtype", Types.First(entry => entry.Value == tensor.Type).Key);
        writer.WriteStartArray("shape");
        foreach (var extent in tensor.Shape)
        {
            writer.WriteNumberValue(extent);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(begin);
        writer.WriteNumberValue(begin + tensor.Bytes.Length);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name, ByteSource header)
    {
        string? typeName = null;
        ElementType? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, header);
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            switch (key)
            {
                case "dtype" when typeName is null:
                    Expect(ref reader, JsonTokenType.String, header);
                    typeName = reader.GetString()!;
                    type = Types.TryGetValue(typeName, out var known) ? known : null;
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, header);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, header);
                    break;
                default:
                    throw header.Error("dtype, shape and data_offsets once each", $"'{key}' in tensor '{name}'");
            }
        }

        if (typeName is null || shape is null || offsets is not [var begin, var end])
        {
            throw header.Error("dtype, shape and two data_offsets", $"less in tensor '{name}'");
        }

        // How many bytes an element of another type has is not known; the tensor is named, and not read.
        var length = type is { } one ? Length(one, shape, header) : Math.Max(0, end - begin);
        if (begin > end || end - begin != length)
        {
            throw header.Error($"{length} bytes for tensor '{name}'", $"those from {begin} to {end}");
        }

        return new SafetensorsEntry(name, type, typeName, shape, begin, end);
    }

    private static long Length(ElementType type, long[] shape, ByteSource header)
    {
        try
        {
            return checked(TensorData.CountOf(shape) * type.Size());
        }
        catch (Exception error) when (error is AlignException or OverflowException)
        {
            throw header.Error("a shape that memory can hold", string.Join('x', shape), inner: error);
        }
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, ByteSource header)
    {
        // Some writers put null where they have nothing to say.
        if (Next(ref reader) == JsonTokenType.Null)
        {
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Bad(ref reader);
        }

        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            if (Next(ref reader) != JsonTokenType.String)
            {
                throw Bad(ref reader);
            }
        }

        AlignException Bad(ref Utf8JsonReader at) =>
            header.Error("strings by name as metadata", $"{at.TokenType}", "write the file again without metadata");
    }

    private static long[] ReadNumbers(ref Utf8JsonReader reader, ByteSource header)
    {
        var numbers = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray, header);
        while (Next(ref reader) == JsonTokenType.Number)
        {
            numbers.Add(
                reader.TryGetInt64(out var number) && number >= 0
                    ? number
                    : throw header.Error("integers that are not negative", "another number")
            );
        }

        return reader.TokenType == JsonTokenType.EndArray ? [.. numbers] : throw header.Error("a list of integers", $"{reader.TokenType}");
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader) => reader.Read() ? reader.TokenType : JsonTokenType.None;

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, ByteSource header)
    {
        if (Next(ref reader) != type)
        {
            throw header.Error($"{type} in the JSON header", $"{reader.TokenType}");
        }
    }

    private static void CheckPlaces(List<SafetensorsEntry> entries, ByteSource header, long length)
    {
        var end = 0L;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != end)
            {
                throw header.Error($"tensor '{entry.Name}' to begin at {end}, where the one before ends", $"{entry.Begin}");
            }

            end = entry.End;
        }

        if (end != length)
        {
            throw header.Error($"{end} bytes of tensors", $"{length}", length > end ? Advice.Longer : Advice.Damaged);
        }
    }
}
