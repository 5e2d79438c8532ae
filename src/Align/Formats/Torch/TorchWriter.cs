using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Pickling;
using PPYolo.Align.Formats.Zip;

namespace PPYolo.Align.Formats.Torch;

/// <summary>Writes what torch.load reads, also with weights_only.</summary>
internal static class TorchWriter
{
    private const string Folder = "archive";

    /// <summary>Writes a file whose value the action gives; a lasting one is on the disk when this returns.</summary>
    public static void Write(string path, Action<PickleWriter> write, bool lasting = false)
    {
        var pickle = new PickleWriter();
        pickle.Begin();
        write(pickle);
        NewFile.Write(
            path,
            stream =>
            {
                var archive = new ZipWriter(stream);
                archive.Add($"{Folder}/data.pkl", pickle.End(), default(ReadOnlySpan<byte>));
                archive.Add($"{Folder}/byteorder", "little"u8, default(ReadOnlySpan<byte>));
                for (var index = 0; index < pickle.Storages.Count; index++)
                {
                    archive.Add($"{Folder}/data/{index}", default, pickle.Storages[index].Bytes);
                }

                archive.Add($"{Folder}/version", "3\n"u8, default(ReadOnlySpan<byte>));
                archive.Finish();
            },
            lasting
        );
    }
}
