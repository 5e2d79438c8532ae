using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Numpy;
using PPYolo.Align.Formats.Zip;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>NumPy's .npz archives: arrays by name, in a zip file.</summary>
public static class Npz
{
    private const string Extension = ".npy";
    private const string NoArray = "no NumPy array";

    /// <summary>
    /// Reads all arrays of numbers and truth values; text arrays are left out. Stored arrays in C order stay in the file: dispose the
    /// result when the tensors are no longer needed. CRCs are checked, as NumPy does: it costs a few milliseconds per 100 MB.
    /// </summary>
    /// <exception cref="AlignException">The file cannot be read; there is nothing between a whole result and this.</exception>
    public static NamedTensors Read(string path)
    {
        using var opened = new Opened(path);
        var tensors = ReadContent(opened.Source).Tensors;
        opened.HandOver(tensors);
        return tensors;
    }

    /// <summary>Reads one text array, such as the reference's names.</summary>
    /// <exception cref="AlignException">The file cannot be read, has no array of that name, or it is not a list of strings.</exception>
    public static string[] ReadStrings(string path, string name)
    {
        using var opened = new Opened(path);
        var entry =
            ZipDirectory.Read(opened.Source).FirstOrDefault(entry => NameOf(entry) == name)
            ?? throw opened.Source.Error($"an array '{name}'", "none of that name", "list the names with TensorFile.Read or numpy");
        var header = NpyHeader.Read(ZipContent.Prefix(opened.Source, entry, NpyHeader.MaxLength));
        var content = ZipContent.Open(opened.Source, entry, new AllocationBudget(opened.Source), verify: true);
        return NpyReader.Strings(header, content);
    }

    /// <summary>Writes tensors so that numpy.load reads them.</summary>
    /// <param name="path">The file; one that is there is replaced when the new one is complete.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="compress">Whether to deflate them, which saves about a tenth for trained weights, and much time is spent on it.</param>
    /// <exception cref="AlignException">The file cannot be written, or a tensor is bfloat16, which NumPy does not have.</exception>
    public static void Write(string path, NamedTensors tensors, bool compress = false) =>
        Write(path, tensors, compress, alwaysZip64: false);

    internal static void Write(string path, NamedTensors tensors, bool compress, bool alwaysZip64)
    {
        NewFile.Write(
            path,
            stream =>
            {
                var archive = new ZipWriter(stream, alwaysZip64);
                foreach (var (name, tensor) in tensors)
                {
                    archive.Add(name + Extension, Npy.Header(path, name, tensor), tensor.Bytes, compress);
                }

                archive.Finish();
            }
        );
    }

    internal static TensorContent ReadContent(ByteSource file)
    {
        var budget = new AllocationBudget(file);
        var tensors = new NamedTensors();
        var leftOut = new List<LeftOutEntry>();
        var unread = new List<LeftOutEntry>();
        var found = new List<(string Name, NpyHeader Header, ByteSource Content, uint Crc)>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in ZipDirectory.Read(file).Where(entry => !entry.IsFolder))
        {
            var prefix = ZipContent.Prefix(file, entry, NpyHeader.MaxLength);
            if (!NpyHeader.Begins(prefix) && !entry.Name.EndsWith(Extension, StringComparison.Ordinal))
            {
                leftOut.Add(new(entry.Name, NoArray));
                continue;
            }

            var header = NpyHeader.Read(prefix);
            if (known.Contains(NameOf(entry)))
            {
                throw file.Error("each name once", $"'{NameOf(entry)}' twice", "write the file again with names that differ");
            }

            if (header.Type.Other is { } other)
            {
                (header.Type.IsTensor ? unread : leftOut).Add(new(NameOf(entry), other));
                continue;
            }

            NpyReader.CheckLength(header, entry.Size, prefix);
            known.Add(NameOf(entry));
            found.Add((NameOf(entry), header, ZipContent.Open(file, entry, budget, verify: false), entry.Crc));
        }

        ZipContent.Verify(found.ConvertAll(entry => (entry.Content, entry.Crc)));
        foreach (var (name, header, content, _) in found)
        {
            tensors.Add(name, NpyReader.Tensor(header, content, budget));
        }

        if (tensors.Count == 0 && leftOut.Exists(entry => entry.Reason == NoArray))
        {
            var names = string.Join(", ", leftOut.Where(entry => entry.Reason == NoArray).Take(5).Select(entry => $"'{entry.Name}'"));
            throw file.Error("NumPy arrays or a pickle of PyTorch in a zip archive", names, "unpack it, and name the file that is meant");
        }

        return new(tensors) { LeftOut = leftOut, Unread = unread };
    }

    private static string NameOf(ZipEntry entry) =>
        entry.Name.EndsWith(Extension, StringComparison.Ordinal) ? entry.Name[..^Extension.Length] : entry.Name;
}
