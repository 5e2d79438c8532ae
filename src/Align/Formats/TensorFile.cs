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
    /// <remarks>Tensors are read from the file when they are looked at, and are valid until the result is disposed.</remarks>
    /// <exception cref="AlignException">The file cannot be read.</exception>
    public static NamedTensors Read(string path) => ReadContent(path).Tensors;

    /// <summary>
    /// Reads the tensors of a file, and says what of the file they are not. In a file of PyTorch or Paddle the weights may be in an entry
    /// of a usual name (model, state_dict, net and others); where tensors are in several entries and nothing tells which are the weights,
    /// the file is refused and the message names the entries.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="key">
    /// The entry whose tensors are wanted, keys and indices separated by slashes; a single dot takes all of the file. Nested tensors get
    /// names joined by dots. Null chooses by convention. </param>
    /// <exception cref="AlignException">The file cannot be read, or has no such entry.</exception>
    public static TensorContent ReadContent(string path, string? key = null) => Read(path, ByteSource.LeaveFrom, key);

    /// <summary>
    /// Writes tensors in the <see cref="TensorFormat"/> that the extension names. The file appears when it is complete; when it cannot be
    /// written, one that was there stays as it was.
    /// </summary>
    /// <exception cref="AlignException">The extension names none, the format has no such type, or the file cannot be
    /// written.</exception>
    public static void Write(string path, NamedTensors tensors) => TensorFormat.OfNewFile(path).Write(path, tensors);

    internal static TensorContent Read(string path, long leaveFrom, string? key = null)
    {
        using var opened = new Opened(path, leaveFrom);
        var content = NamePrefixes.Strip(TensorFormat.Read(opened.Source, path, key));
        opened.HandOver(content.Tensors);
        return content;
    }
}
