using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Numpy;
using PPYolo.Align.Formats.Zip;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>Reads and writes named tensors in every format that this library knows.</summary>
public static class TensorFile
{
    /// <summary>Reads the tensors of a file, whose format is told by its content and not by its name.</summary>
    /// <exception cref="AlignException">The file cannot be read.</exception>
    public static NamedTensors Read(string path) => Read(path, ByteSource.MapFrom);

    /// <summary>Writes tensors in the format that the extension names.</summary>
    /// <exception cref="AlignException">The extension is none of these, or the file cannot be written.</exception>
    public static void Write(string path, NamedTensors tensors)
    {
        var extension = Path.GetExtension(path).ToLowerInvariant();
        switch (extension)
        {
            case ".npz":
                Npz.Write(path, tensors);
                break;
            case ".npy":
                Npy.Write(path, tensors.Count == 1 ? tensors.First().Value : throw new AlignException(
                    $"{path}: expected one tensor for a .npy file, found {tensors.Count}; write .npz"));
                break;
            default:
                throw new AlignException($"{path}: expected the extension .npz or .npy, found '{extension}'; choose one of these");
        }
    }

    internal static NamedTensors Read(string path, long mapFrom)
    {
        using var opened = new Opened(path, mapFrom);
        var tensors = ReadTensors(opened.Source, path);
        opened.HandOver(tensors);
        return tensors;
    }

    private static NamedTensors ReadTensors(ByteSource file, string path)
    {
        // A safetensors file can begin with any byte, but what follows its length is told apart from everything else.
        if (Safetensors.Begins(file))
        {
            return Safetensors.ReadTensors(file);
        }

        if (NpyHeader.Begins(file))
        {
            return Npy.ReadTensor(file, path);
        }

        if (PickleFile.TryRead(file) is { } value)
        {
            return StateDict.Tensors(StateDict.Find(value, file), file);
        }

        return ZipDirectory.Begins(file)
            ? Npz.ReadTensors(file)
            : throw file.Error("a file of NumPy, PyTorch, Paddle or safetensors", file.Length == 0 ? "an empty file" : "something else");
    }
}
