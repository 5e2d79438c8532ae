using System.Buffers.Binary;
using System.Text;
using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts;

namespace PPYolo.Tests.Unit.Data.Layouts;

/// <summary>A dataset as it is downloaded, in a folder of its own that is gone after the test. Pictures are the header of one.</summary>
internal sealed class DatasetFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public string Path => folder.Path;

    public string this[string name] => folder.File(name);

    public DatasetFolder Text(string name, string text) => Bytes(name, Encoding.UTF8.GetBytes(text));

    public DatasetFolder Bytes(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this;
    }

    /// <summary>Pictures of 100x80 pixels.</summary>
    public DatasetFolder Pictures(params string[] names)
    {
        foreach (var name in names)
        {
            Picture(name, 100, 80);
        }

        return this;
    }

    public DatasetFolder Picture(string name, int width, int height)
    {
        byte[] bytes = [0x89, .. "PNG\r\n\u001a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, .. new byte[17]];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
        return Bytes(name, bytes);
    }

    public DatasetLayout Find(string part = "train", DatasetReading? reading = null, string? images = null) =>
        DatasetFinder.Find(Path, part, images, reading);

    public DetectionDataset Open(string part = "train", DatasetReading? reading = null) => DetectionDataset.Open(Find(part, reading));

    public void Dispose() => folder.Dispose();
}
