using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Pickling;
using PPYolo.Align.Formats.Zip;

namespace PPYolo.Align.Formats.Torch;

/// <summary>Reads what torch.save writes since PyTorch 1.6: a zip archive with a pickle, and a record for each storage.</summary>
/// <remarks>
/// CRCs are not checked: PyTorch does not do so either, can be told to write none that are true (torch.serialization.set_crc32_options),
/// and reading all of a mapped file to check it would undo that only what is used is read.
/// </remarks>
internal static class TorchArchive
{
    private const string Pickle = "data.pkl";

    /// <summary>Whether an archive is one of PyTorch's.</summary>
    public static bool Is(IReadOnlyList<ZipEntry> entries) => FindPickle(entries) is not null;

    /// <summary>Reads the value that was saved.</summary>
    public static PickleValue Read(ByteSource file, IReadOnlyList<ZipEntry> entries)
    {
        var budget = new AllocationBudget(file);
        var pickle = FindPickle(entries)!;
        var folder = pickle.Name[..^Pickle.Length];
        var byName = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        CheckByteOrder(file, byName.GetValueOrDefault(folder + "byteorder"), budget);

        var reader = new PickleReader(ZipContent.Open(file, pickle, budget, verify: false), 0, budget);
        var value = reader.Read();
        TensorResolver.Resolve(reader.Pending, storage => FindStorage(file, byName, folder, storage, budget), budget);
        return value;
    }

    private static ZipEntry? FindPickle(IReadOnlyList<ZipEntry> entries) =>
        entries.FirstOrDefault(entry =>
            entry.Name == Pickle
            || (
                entry.Name.EndsWith('/' + Pickle, StringComparison.Ordinal)
                && entry.Name.IndexOf('/', StringComparison.Ordinal) == entry.Name.Length - Pickle.Length - 1
            )
        );

    private static void CheckByteOrder(ByteSource file, ZipEntry? entry, AllocationBudget budget)
    {
        if (
            entry is { Size: < 16 }
            && !ZipContent.Open(file, entry, budget, verify: false).Span(0, (int)entry.Size).SequenceEqual("little"u8)
        )
        {
            throw file.Error("little-endian tensors", "others", "save the file again on a little-endian machine");
        }
    }

    private static ByteSource FindStorage(
        ByteSource file,
        Dictionary<string, ZipEntry> entries,
        string folder,
        TorchStorage storage,
        AllocationBudget budget
    )
    {
        if (!entries.TryGetValue($"{folder}data/{storage.Key}", out var entry))
        {
            throw file.Error($"an entry '{folder}data/{storage.Key}' with the data of a tensor", "none");
        }

        if (entry.Size / storage.ItemSize != storage.Count || entry.Size % storage.ItemSize != 0)
        {
            throw file.Error($"{storage.Count} elements of {storage.ItemSize} bytes in entry '{entry.Name}'", $"{entry.Size} bytes");
        }

        return ZipContent.Open(file, entry, budget, verify: false);
    }
}
