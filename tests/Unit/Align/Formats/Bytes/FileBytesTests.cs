using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Tests.Unit.Align.Formats.Bytes;

public sealed class FileBytesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>By turns in two places, as an archive's directory and headers, and anywhere.</summary>
    [Fact]
    public void Pieces_are_those_of_the_file_in_whatever_order_they_are_looked_at()
    {
        var random = new Random(1);
        var bytes = new byte[300_000];
        random.NextBytes(bytes);
        var path = folder.File("bytes");
        File.WriteAllBytes(path, bytes);
        using var file = new FileBytes(File.OpenHandle(path), path);

        for (int i = 0, one = 0, other = 200_000; i < 5_000; i++)
        {
            var length = random.Next(0, i % 100 == 0 ? 9_000 : 60);
            var offset = (i % 7) switch
            {
                0 => random.Next(0, bytes.Length - length),
                1 or 3 or 5 => Next(ref one, length),
                _ => Next(ref other, length),
            };
            file.Span(offset, length).SequenceEqual(bytes.AsSpan(offset, length)).Should().BeTrue("{0} bytes at {1}", length, offset);
        }

        int Next(ref int at, int length)
        {
            at = at + length > bytes.Length ? 0 : at;
            var offset = at;
            at += length;
            return offset;
        }
    }

    public void Dispose() => folder.Dispose();
}
