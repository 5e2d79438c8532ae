using System.Collections.Immutable;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Numpy;
using PPYolo.Align.Formats.Torch;
using PPYolo.Align.Formats.Zip;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>
/// A file format of tensors. All of them are declared here: what is read and written, the extensions, options and help texts follow.
/// </summary>
public sealed class TensorFormat
{
    /// <summary>What Paddle saves: pickles, which PyTorch's reader tells apart. It is only read.</summary>
    public static readonly TensorFormat PaddleWeights = new("Paddle", [".pdparams", ".pdema"]);

    /// <summary>What torch.save writes: a state_dict.</summary>
    public static readonly TensorFormat TorchWeights = new(
        "PyTorch",
        [".pth", ".pt", ".bin"],
        ReadPickle,
        (path, tensors) => TorchWriter.Write(path, pickle => pickle.Write(tensors))
    );

    /// <summary>Safetensors.</summary>
    public static readonly TensorFormat SafeTensors = new(
        "safetensors",
        [".safetensors"],
        (file, _, _) => Safetensors.Begins(file) ? Safetensors.ReadContent(file) : null,
        Safetensors.Write
    );

    /// <summary>NumPy's archive of named arrays.</summary>
    public static readonly TensorFormat NumpyArchive = new(
        "NumPy",
        [".npz"],
        (file, _, _) => ZipDirectory.Begins(file) ? Npz.ReadContent(file) : null,
        (path, tensors) => Npz.Write(path, tensors)
    );

    /// <summary>NumPy's single array, whose name is lost.</summary>
    public static readonly TensorFormat NumpyArray = new(
        "NumPy",
        [".npy"],
        (file, path, _) => NpyHeader.Begins(file) ? new(Npy.ReadTensor(file, path)) : null,
        WriteArray
    )
    {
        KeepsNames = false,
    };

    private readonly Func<ByteSource, string, string?, TensorContent?>? read;
    private readonly Action<string, NamedTensors>? write;

    private TensorFormat(
        string program,
        ImmutableArray<string> extensions,
        Func<ByteSource, string, string?, TensorContent?>? read = null,
        Action<string, NamedTensors>? write = null
    )
    {
        Program = program;
        Extensions = extensions;
        this.read = read;
        this.write = write;
    }

    /// <summary>Every format, in the order in which a file is tried and in which they are named to the user.</summary>
    public static ImmutableArray<TensorFormat> All { get; } = [PaddleWeights, TorchWeights, SafeTensors, NumpyArchive, NumpyArray];

    /// <summary>The formats in which weights are written: those that keep names.</summary>
    public static ImmutableArray<TensorFormat> ForWeights { get; } = [.. All.Where(format => format.CanWrite && format.KeepsNames)];

    /// <summary>Whose format it is.</summary>
    public string Program { get; }

    /// <summary>The extensions of its files of weights, each with its dot.</summary>
    public ImmutableArray<string> Extensions { get; }

    /// <summary>The extension by which it is asked for, with its dot.</summary>
    public string Extension => Extensions[0];

    /// <summary>Whether it is written too.</summary>
    public bool CanWrite => write is not null;

    /// <summary>Whether tensors have names in it.</summary>
    public bool KeepsNames { get; private init; } = true;

    /// <summary>The formats from which weights are read, as a choice for messages and help.</summary>
    public static string Sources => Either(All.Where(format => format.KeepsNames).Select(format => format.ToString()));

    /// <summary>The programs whose files are read, as a choice for messages.</summary>
    internal static string Programs => Either(All.Select(format => format.Program).Distinct());

    /// <summary>The extensions under which weights are written, as a choice for messages and help.</summary>
    public static string WeightExtensions => Either(ForWeights.SelectMany(format => format.Extensions));

    /// <summary>The format in which a file of this name is written.</summary>
    /// <exception cref="AlignException">There is none with its extension.</exception>
    public static TensorFormat OfNewFile(string path)
    {
        var extension = Path.GetExtension(path);
        return All.FirstOrDefault(format => format.CanWrite && format.Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
            ?? throw new AlignException(
                $"{path}: expected the extension {Either(All.Where(format => format.CanWrite).Select(format => format.Extension))}, found "
                    + $"'{extension}'; choose one of these"
            );
    }

    /// <summary>The file of weights of this name, whatever its format, or null.</summary>
    /// <param name="stem">Folder and name, without extension.</param>
    public static string? FindWeights(string stem) => ForWeights.Select(format => stem + format.Extension).FirstOrDefault(File.Exists);

    /// <summary>What <see cref="FindWeights"/> looks for, as text for messages.</summary>
    public static string WeightsPattern(string stem) => stem + string.Join('|', ForWeights.Select(format => format.Extension));

    /// <summary>Whose format it is, and its extensions where they are not the same word.</summary>
    public override string ToString() => Extension == "." + Program ? Program : $"{Program} ({string.Join(", ", Extensions)})";

    /// <summary>Reads the tensors of a file, whatever its format, and says what of it they are not.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its name.</param>
    /// <param name="key">The entry whose tensors are wanted; null chooses by convention.</param>
    internal static TensorContent Read(ByteSource file, string path, string? key = null)
    {
        var content =
            All.Select(format => format.read?.Invoke(file, path, key)).FirstOrDefault(content => content is not null)
            ?? throw ForeignFile.Error(file);
        return content.Tensors.Count > 0 || content.Unread.Count == 0
            ? content
            : throw file.Error(
                "elements of a numeric type of at most 64 bits",
                $"only {string.Join(", ", content.Unread.Take(5))}",
                "convert the tensors to float32 before saving them"
            );
    }

    internal void Write(string path, NamedTensors tensors) => write!(path, tensors);

    private static TensorContent? ReadPickle(ByteSource file, string path, string? key) =>
        PickleFile.TryRead(file) is { } value ? StateDict.Read(value, file, key)
        : key is null ? null
        : throw file.Error($"a file of PyTorch or Paddle for --key {key}", "one of another format", "leave --key away");

    private static void WriteArray(string path, NamedTensors tensors) =>
        Npy.Write(
            path,
            tensors.Count == 1
                ? tensors.First().Value
                : throw new AlignException($"{path}: expected one tensor for a .npy file, found {tensors.Count}; write .npz")
        );

    private static string Either(IEnumerable<string> words)
    {
        var all = words.ToArray();
        return $"{string.Join(", ", all[..^1])} or {all[^1]}";
    }
}
