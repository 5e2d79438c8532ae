using System.Buffers.Binary;
using System.Numerics;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Pickling;

namespace PPYolo.Align.Formats.Torch;

/// <summary>
/// Reads what torch.save wrote before PyTorch 1.6: pickles of a magic number, a version, facts of the machine, the value and the keys of
/// the storages, and then the storages themselves.
/// </summary>
internal static class TorchLegacy
{
    private const long Version = 1001;

    private static readonly BigInteger Magic = BigInteger.Parse(
        "119547037146038801333356",
        System.Globalization.CultureInfo.InvariantCulture
    );

    /// <summary>Whether a first pickle's value is the magic number.</summary>
    public static bool IsMagic(PickleValue value) => value.Content is BigInteger number && number == Magic;

    /// <summary>Reads the value that was saved.</summary>
    /// <param name="file">The file.</param>
    /// <param name="position">The end of the pickle with the magic number.</param>
    /// <param name="budget">Bounds what must be made anew.</param>
    public static PickleValue Read(ByteSource file, long position, AllocationBudget budget)
    {
        var version = Next(file, ref position, budget).Value;
        if (version.Content is not Version)
        {
            throw file.Error($"version {Version} of PyTorch's files", $"{version}", "save the file again with a later PyTorch");
        }

        var machine = Next(file, ref position, budget).Value;
        if (machine.Kind != PickleKind.Dict || !machine.TryGet("little_endian", out var little) || little.Content is not true)
        {
            throw file.Error("little-endian tensors", "others", "save the file again on a little-endian machine");
        }

        var (value, reader) = Next(file, ref position, budget);
        var keys = Next(file, ref position, budget).Value;
        if (keys.Kind != PickleKind.List)
        {
            throw file.Error("the keys of the storages", $"{keys}");
        }

        var contents = new Dictionary<string, ByteSource>(StringComparer.Ordinal);
        foreach (var key in keys.AsList())
        {
            if (
                key.Kind != PickleKind.Text
                || !reader.Storages.TryGetValue(key.AsText(), out var storage)
                || contents.ContainsKey(storage.Key)
            )
            {
                throw file.Error("each storage's key once", $"{key}");
            }

            contents.Add(storage.Key, NextStorage(file, ref position, storage));
        }

        if (position != file.Length)
        {
            throw file.Error("the end of the file after the last storage", $"{file.Length - position} more bytes", Advice.Longer);
        }

        TensorResolver.Resolve(
            reader.Pending,
            storage =>
                contents.TryGetValue(storage.Key, out var content)
                    ? content
                    : throw file.Error($"the data of storage '{storage.Key}'", "none"),
            budget
        );
        return value;
    }

    private static (PickleValue Value, PickleReader Reader) Next(ByteSource file, ref long position, AllocationBudget budget)
    {
        var reader = new PickleReader(file, position, budget);
        var value = reader.Read();
        position = reader.End;
        return (value, reader);
    }

    // A storage repeats its number of elements before them.
    private static ByteSource NextStorage(ByteSource file, ref long position, TorchStorage storage)
    {
        var count = BinaryPrimitives.ReadInt64LittleEndian(file.Span(position, 8));
        if (count != storage.Count || count > file.Length)
        {
            throw file.Error($"{storage.Count} elements in storage '{storage.Key}'", $"{count}");
        }

        var length = count * storage.ItemSize;
        var content = file.Part(position + 8, length, $"{file.Label}, storage '{storage.Key}'");
        position += 8 + length;
        return content;
    }
}
