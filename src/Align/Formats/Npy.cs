using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Numpy;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>NumPy's .npy files: one array without a name.</summary>
public static class Npy
{
    /// <summary>
    /// Reads the array of a file, under the file's name without extension. It stays in the file where that is possible: dispose the result.
    /// </summary>
    /// <exception cref="AlignException">The file cannot be read, or holds text.</exception>
    public static NamedTensors Read(string path)
    {
        using var opened = new Opened(path);
        var tensors = ReadTensor(opened.Source, path);
        opened.HandOver(tensors);
        return tensors;
    }

    /// <summary>Reads a text array.</summary>
    /// <exception cref="AlignException">The file cannot be read, or is not a list of strings.</exception>
    public static string[] ReadStrings(string path)
    {
        using var opened = new Opened(path);
        return NpyReader.Strings(NpyHeader.Read(opened.Source), opened.Source);
    }

    /// <summary>Writes one tensor so that numpy.load reads it.</summary>
    /// <exception cref="AlignException">The file cannot be written, or the tensor is bfloat16, which NumPy does not have.</exception>
    public static void Write(string path, TensorData tensor)
    {
        var header = Header(path, null, tensor);
        NewFile.Write(
            path,
            stream =>
            {
                stream.Write(header);
                stream.Write(tensor.Bytes.Span);
            }
        );
    }

    internal static NamedTensors ReadTensor(ByteSource file, string path)
    {
        var header = NpyHeader.Read(file);
        return header.Type.IsText
            ? []
            : new NamedTensors { { Path.GetFileNameWithoutExtension(path), NpyReader.Tensor(header, file, new AllocationBudget(file)) } };
    }

    internal static byte[] Header(string path, string? name, TensorData tensor)
    {
        var type =
            NpyType.Write(tensor.Type)
            ?? throw new AlignException(
                $"{path}: expected a type that NumPy has, found {tensor.Type.Name()}{(name is null ? "" : $" in tensor '{name}'")}; "
                    + "write .safetensors or .pth, or convert the tensor to float32"
            );
        return NpyHeader.Write(type, tensor.Shape.AsSpan());
    }
}
