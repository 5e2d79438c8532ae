using System.Buffers.Binary;
using OpenCvSharp;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;

namespace PPYolo.Tests.Unit.Data.Datasets;

public class OtherHeadersTests
{
    [SkippableTheory]
    [InlineData(".bmp", 20)]
    [InlineData(".tif", 100)]
    [InlineData(".gif", 9)]
    [InlineData(".webp", 29)]
    [InlineData(".ppm", 5)]
    [InlineData(".pgm", 8)]
    [InlineData(".png", 20)]
    [InlineData(".jpg", 20)]
    public void The_size_is_the_one_that_was_encoded(string extension, int tooShort)
    {
        var bytes = Encoded(extension);

        var header = ImageHeader.Read(bytes, out var problem);

        problem.Should().BeNull();
        (header.Width, header.Height).Should().Be((37, 21));
        ImageHeader.Read(bytes.AsSpan(..tooShort), out var missing).Should().Be(default(ImageHeader));
        missing.Should().Contain("stops within its header");
    }

    [SkippableTheory]
    [InlineData(".bmp", 18, false)]
    [InlineData(".gif", 6, false)]
    [InlineData(".png", 16, true)]
    public void Too_many_pixels_are_refused_from_the_header(string extension, int at, bool bigEndian)
    {
        var bytes = Encoded(extension);
        foreach (var place in new[] { at, at + (extension == ".gif" ? 2 : 4) })
        {
            var number = bytes.AsSpan(place);
            if (extension == ".gif")
            {
                BinaryPrimitives.WriteUInt16LittleEndian(number, 40_000);
            }
            else if (bigEndian)
            {
                BinaryPrimitives.WriteInt32BigEndian(number, 40_000);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(number, 40_000);
            }
        }

        ImageHeader.Read(bytes, out var problem);

        problem.Should().Be($"expected an image of at most {ImageHeader.MostPixels} pixels, found 40000x40000");
    }

    [Theory]
    [InlineData("P6\n# a comment\n40000 40000\n255\n", "40000x40000")]
    [InlineData("P5 99999999999999999999 2\n", "2147483647x2")]
    public void A_text_header_is_read(string header, string size)
    {
        ImageHeader.Read(System.Text.Encoding.ASCII.GetBytes(header), out var problem);

        problem.Should().Contain("pixels").And.EndWith(size);
    }

    [Fact]
    public void A_JPEG_2000_codestream_tells_its_size_and_channels()
    {
        byte[] file = [0, 0, 0, 12, .. "jP  \r\n"u8, 0x87, 10, 0xFF, 0x4F, 0xFF, 0x51, 0, 47, 0, 0, .. new byte[34]];
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(20), 8100);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(24), 8000);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(28), 100);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(52), 3);

        ImageHeader.Read(file, out var problem);

        problem.Should().Be($"expected an image of at most {ImageHeader.MostPixels / 4} pixels of 96 bits each, found 8000x8000");
    }

    [Fact]
    public void A_TIFF_of_deep_pixels_may_have_fewer_of_them()
    {
        // 64 bits in each of three samples: eight times the memory.
        byte[] tiff =
        [
            .. "II*\0"u8,
            8,
            0,
            0,
            0,
            4,
            0,
            .. Entry(256, 4, 8000),
            .. Entry(257, 4, 8000),
            .. Entry(258, 3, 64),
            .. Entry(277, 3, 3),
        ];

        ImageHeader.Read(tiff, out var problem);

        problem.Should().Be($"expected an image of at most {ImageHeader.MostPixels / 8} pixels of 192 bits each, found 8000x8000");
    }

    [SkippableFact]
    public void Formats_whose_headers_are_not_read_are_refused_by_the_decoder()
    {
        NativePixels.OrSkip();
        // The Sun's raster format: magic, width, height, bits, length, type, map's type and length.
        var bytes = new byte[64];
        uint[] words = [0x59a66a95, 20_000, 20_000, 24, 32, 1, 0, 0];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), words[i]);
        }

        OpenCv.Decode(bytes, turned: true, out var problem).Should().BeNull();

        problem.Should().Contain("OpenCV");
    }

    [Fact]
    public void A_chunk_that_is_longer_than_its_file_is_no_whole_PNG()
    {
        byte[] png =
        [
            .. File.ReadAllBytes(Fixtures.PathOf("transforms", "image0_120x90.png")).AsSpan(..33),
            0x7f,
            0xff,
            0xff,
            0xff,
            .. "IDAT"u8,
            1,
            2,
            3,
            4,
            5,
            6,
            .. "IEND"u8,
        ];
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("x.png"), png);

        ImageFile.Read(folder.File("x.png"), out var problem);

        problem.Should().Be($"expected a whole image, the file stops after {png.Length} bytes");
    }

    private static byte[] Entry(ushort tag, ushort type, uint value)
    {
        var bytes = new byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), type);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), value);
        return bytes;
    }

    private static byte[] Encoded(string extension)
    {
        NativePixels.OrSkip();
        using var image = new Mat(21, 37, extension == ".pgm" ? MatType.CV_8UC1 : MatType.CV_8UC3, Scalar.All(128));
        Cv2.ImEncode(extension, image, out var bytes);
        return bytes;
    }
}
