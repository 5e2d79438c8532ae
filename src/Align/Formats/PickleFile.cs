using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Pickling;
using PPYolo.Align.Formats.Torch;
using PPYolo.Align.Formats.Zip;

namespace PPYolo.Align.Formats;

/// <summary>
/// What PyTorch (.pth, both forms) and Paddle (.pdparams, .pdema, .pdopt) save, as the tree of values that was saved. The files are
/// pickles, which are programs; they are interpreted by this library, which knows only tensors, arrays, lists, dicts and plain values, and
/// refuses all else by its name. Dispose it when the tensors are no longer needed.
/// </summary>
public sealed class PickleFile : IDisposable
{
    private readonly ByteSource source;

    private PickleFile(ByteSource source, PickleValue root)
    {
        this.source = source;
        Root = root;
    }

    /// <summary>The value that was saved. Lists and dicts may be shared, and a hostile file's may contain themselves.</summary>
    public PickleValue Root { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="AlignException">The file cannot be read, or names something that is not allowed.</exception>
    public static PickleFile Read(string path)
    {
        var source = ByteSource.Open(path);
        try
        {
            return new PickleFile(
                source,
                TryRead(source) ?? throw source.Error("a file of PyTorch or Paddle", "another format", "read it with TensorFile")
            );
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose() => source.Dispose();

    /// <summary>The value that was saved, or null where the format is another.</summary>
    internal static PickleValue? TryRead(ByteSource file)
    {
        // A safetensors file can begin with any byte, but what follows its length is told apart from everything else.
        if (Safetensors.Begins(file))
        {
            return null;
        }

        if (ZipDirectory.Begins(file))
        {
            var entries = ZipDirectory.Read(file);
            return TorchArchive.Is(entries) ? TorchArchive.Read(file, entries) : null;
        }

        return PickleReader.Begins(file) ? ReadStream(file) : null;
    }

    private static PickleValue ReadStream(ByteSource file)
    {
        var budget = new AllocationBudget(file);
        var reader = new PickleReader(file, 0, budget);
        var value = reader.Read();
        if (TorchLegacy.IsMagic(value))
        {
            return TorchLegacy.Read(file, reader.End, budget);
        }

        if (reader.Pending.Count > 0)
        {
            throw file.Error("the storages of PyTorch tensors", "none");
        }

        return reader.End == file.Length
            ? value
            : throw file.Error("the end of the file after the pickle", $"{file.Length - reader.End} more bytes", Advice.Longer);
    }
}
