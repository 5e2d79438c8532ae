using System.Text;
using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Zip;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>Files made byte by byte.</summary>
internal static class Raw
{
    public static byte[] Npy(string header, byte[] data, byte version = 1)
    {
        var text = version == 3 ? Encoding.UTF8.GetBytes(header) : Encoding.Latin1.GetBytes(header);
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes(text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. data];
    }

    public static byte[] Safetensors(string header, int dataLength)
    {
        var text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[dataLength]];
    }

    /// <summary>A pickle of protocol 2; each character is a byte.</summary>
    public static byte[] Pickle(string opcodes) => [0x80, 2, .. Encoding.Latin1.GetBytes(opcodes)];

    public static byte[] Zip(params (string Name, byte[] Data)[] entries) => Zip(false, entries);

    public static byte[] Zip(bool compress, params (string Name, byte[] Data)[] entries)
    {
        using var stream = new MemoryStream();
        var archive = new ZipWriter(stream);
        foreach (var (name, data) in entries)
        {
            archive.Add(name, data, default(ReadOnlySpan<byte>), compress);
        }

        archive.Finish();
        return stream.ToArray();
    }

    public static NamedTensors Read(byte[] bytes) => TensorFormat.Read(new ByteSource(bytes, "file"), "file.x").Tensors;

    public static void ShouldBeRefused(byte[] bytes, string message)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        ((Action)(() => Read(bytes))).Should().Throw<AlignException>().WithMessage($"file*{message}*");
        (GC.GetAllocatedBytesForCurrentThread() - allocated).Should().BeLessThan(8 << 20);
    }
}
