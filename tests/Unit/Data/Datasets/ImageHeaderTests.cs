using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts;

namespace PPYolo.Tests.Unit.Data.Datasets;

public class ImageHeaderTests
{
    private static readonly byte[] Jpeg = File.ReadAllBytes(Fixtures.PathOf("scenes", "images", "train_0001.jpg"));
    private static readonly byte[] Png = File.ReadAllBytes(Fixtures.PathOf("transforms", "image0_120x90.png"));

    [Fact]
    public void Tells_the_size_of_a_PNG() => Size(Png).Should().Be((120, 90));

    [Fact]
    public void Tells_the_size_of_a_JPEG()
    {
        var image = DetectionDataset.Open(DatasetFinder.Find(Fixtures.PathOf("scenes"), "train")).Images[0];

        Size(Jpeg).Should().Be((image.Width, image.Height));
    }

    [Fact]
    public void Knows_that_whole_files_are_whole()
    {
        Header(Jpeg).IsWhole(Jpeg).Should().BeTrue();
        Header(Png).IsWhole(Png).Should().BeTrue();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Misses_the_end_of_a_file_that_stops_early(int missing)
    {
        Header(Jpeg).IsWhole(Jpeg.AsSpan(..^missing)).Should().BeFalse();
        Header(Png).IsWhole(Png.AsSpan(..^(missing + 8))).Should().BeFalse();
    }

    [Fact]
    public void Is_not_misled_by_a_preview()
    {
        // The preview in an APP1 segment is an image of its own with another size and an end.
        byte[] preview =
        [
            0xFF,
            0xE1,
            0,
            30,
            0xFF,
            0xD8,
            0xFF,
            0xC0,
            0,
            17,
            8,
            0,
            5,
            0,
            6,
            3,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0xFF,
            0xD9,
        ];
        byte[] both = [0xFF, 0xD8, .. preview, .. Jpeg[2..]];

        Size(both).Should().Be(Size(Jpeg));
        Header(both).IsWhole(both.AsSpan(..^2)).Should().BeFalse();
        Header(both).IsWhole(both).Should().BeTrue();
    }

    [Fact]
    public void Every_beginning_of_a_file_is_refused_without_reading_past_its_end()
    {
        for (var length = 0; length < Header(Jpeg).DataStart - 12; length++)
        {
            ImageHeader.Read(Jpeg.AsSpan(..length), out var problem);
            (problem is not null || length == 1).Should().BeTrue($"{length} bytes are no header");
        }
    }

    [Fact]
    public void An_image_that_claims_to_be_huge_is_refused()
    {
        var huge = Png.ToArray();
        (huge[16], huge[20]) = (0x70, 0x70);

        ImageHeader.Read(huge, out var problem);

        problem.Should().Contain("expected an image of at most");
    }

    [Fact]
    public void Other_formats_are_left_to_the_decoder()
    {
        var header = ImageHeader.Read("another format"u8, out var problem);

        (header, problem).Should().Be((default(ImageHeader), null));
    }

    private static ImageHeader Header(byte[] bytes)
    {
        var header = ImageHeader.Read(bytes, out var problem);
        problem.Should().BeNull();
        return header;
    }

    private static (int Width, int Height) Size(byte[] bytes) => (Header(bytes).Width, Header(bytes).Height);
}
