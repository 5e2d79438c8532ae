using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Numpy;
using PPYolo.Align.Formats.Torch;
using PPYolo.Align.Formats.Zip;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>Reads and writes named tensors in every format that this library knows.</summary>
public static class TensorFile
{
    /// <summary>
    /// Reads the tensors of a file, whose format is told by its content and not by its name: NumPy (.npz, .npy), PyTorch (.pth, both
    /// forms), Paddle (.pdparams, .pdema, .pdopt) or safetensors. Of a checkpoint {"start_epoch", "optimizer", "model"} it is the model. In
    /// Paddle's older files a value is a tuple (name, array), of which the array is taken. What is no tensor, such as NumPy's text arrays
    /// and Paddle's table of names, is left out: <see cref="PickleFile"/> and <see cref="Npz.ReadStrings"/> give it.
    /// </summary>
    /// <remarks>Tensors are mapped from the file where its format allows, and are valid until the result is disposed.</remarks>
    /// <exception cref="AlignException">The file cannot be read.</exception>
    public static NamedTensors Read(string path) => Read(path, ByteSource.MapFrom);

    /// <summary>
    /// Writes tensors in the format that the extension names: .npz, .npy (one tensor, whose name is lost), .pth (a state_dict) or
    /// .safetensors. The file appears when it is complete; when it cannot be written, one that was there stays as it was.
    /// </summary>
    /// <exception cref="AlignException">The extension is none of these, the format has no such type, or the file cannot be
    /// written.</exception>
    public static void Write(string path, NamedTensors tensors)
    {
        var extension = Path.GetExtension(path);
        switch (extension.ToLowerInvariant())
        {
            case ".npz":
                Npz.Write(path, tensors);
                break;
            case ".npy":
                Npy.Write(
                    path,
                    tensors.Count == 1
                        ? tensors.First().Value
                        : throw new AlignException($"{path}: expected one tensor for a .npy file, found {tensors.Count}; write .npz")
                );
                break;
            case ".pth":
                TorchWriter.Write(path, pickle => pickle.Write(tensors));
                break;
            case ".safetensors":
                Safetensors.Write(path, tensors);
                break;
            default:
                throw new AlignException(
                    $"{path}: expected the extension .npz, .npy, .pth or .safetensors, found '{extension}'; choose one of these"
                );
        }
    }

    internal static NamedTensors Read(string path, long mapFrom)
    {
        using var opened = new Opened(path, mapFrom);
        var tensors = ReadTensors(opened.Source, path);
        opened.HandOver(tensors);
        return tensors;
    }

    internal static NamedTensors ReadTensors(ByteSource file, string path)
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
