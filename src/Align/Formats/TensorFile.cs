using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>Reads and writes named tensors in every format that this library knows.</summary>
public static class TensorFile
{
    /// <summary>
    /// Reads the tensors of a file, whose format is told by its content and not by its name: any <see cref="TensorFormat"/>. Of a
    /// checkpoint {"start_epoch", "optimizer", "model"} it is the model. In Paddle's older files a value is a tuple (name, array), of which
    /// the array is taken. What is no tensor, such as NumPy's text arrays and Paddle's table of names, is left out:
    /// <see cref="PickleFile"/> and <see cref="Npz.ReadStrings"/> give it.
    /// </summary>
    /// <remarks>Tensors are mapped from the file where its format allows, and are valid until the result is disposed.</remarks>
    /// <exception cref="AlignException">The file cannot be read.</exception>
    public static NamedTensors Read(string path) => Read(path, ByteSource.MapFrom);

    /// <summary>
    /// Writes tensors in the <see cref="TensorFormat"/> that the extension names. The file appears when it is complete; when it cannot be
    /// written, one that was there stays as it was.
    /// </summary>
    /// <exception cref="AlignException">The extension names none, the format has no such type, or the file cannot be
    /// written.</exception>
    public static void Write(string path, NamedTensors tensors) => TensorFormat.OfNewFile(path).Write(path, tensors);

    internal static NamedTensors Read(string path, long mapFrom)
    {
        using var opened = new Opened(path, mapFrom);
        var tensors = TensorFormat.Read(opened.Source, path);
        opened.HandOver(tensors);
        return tensors;
    }
}
