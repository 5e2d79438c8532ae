using System.Buffers.Binary;
using OpenCvSharp;
using PPYolo.Data.Datasets;
using PPYolo.Data.Loading;

namespace PPYolo.Tests.Unit.Data.Datasets;

/// <summary>Images that ask to be turned, under annotations of the one or the other.</summary>
public sealed class ExifTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public void Orientations_5_to_8_exchange_width_and_height(int orientation, bool onItsSide)
    {
        foreach (var big in new[] { false, true })
        {
            ImageHeader.Read(Turned(Scene, orientation, big), out var problem).IsOnItsSide.Should().Be(onItsSide);
            problem.Should().BeNull();
        }
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_image_is_taken_as_its_annotations_have_it(bool upright)
    {
        NativePixels.OrSkip();
        using var set = new TinySet();
        var (width, height) = Size;
        width.Should().NotBe(height);
        var (annotatedWidth, annotatedHeight) = upright ? (height, width) : (width, height);
        set.Image(1, annotatedWidth, annotatedHeight).Damage(1, bytes => Turned(bytes, 6));

        var dataset = set.Open();
        using var image = new ImageDecoder(dataset).TryDecode(dataset.Images[0]);

        dataset.Log.Problems.Should().BeEmpty();
        (dataset.Images[0].Width, dataset.Images[0].Height).Should().Be((annotatedWidth, annotatedHeight));
        (image!.Width, image.Height).Should().Be((annotatedWidth, annotatedHeight));
    }

    [Fact]
    public void Without_a_size_boxes_say_it_and_where_both_fit_it_is_turned()
    {
        var (width, height) = Size;
        using var set = new TinySet();
        set.Image(1, 0, 0, box: false).Damage(1, bytes => Turned(bytes, 6)).Box(1, 1, 7, [0, 0, 10, 10]);
        (set.Open().Images[0].Width, set.Open().Images[0].Height).Should().Be((height, width));

        // Only the file as it lies is so long.
        double[] along = width > height ? [0, 0, width, 10] : [0, 0, 10, height];
        set.Box(2, 1, 7, along);
        (set.Open().Images[0].Width, set.Open().Images[0].Height).Should().Be((width, height));
    }

    [SkippableTheory]
    [InlineData("jpg", 1)]
    [InlineData("jpg", 6)]
    [InlineData("webp", 1)]
    [InlineData("webp", 6)]
    [InlineData("webp", 8)]
    [InlineData("tiff", 1)]
    [InlineData("tiff", 6)]
    [InlineData("tiff", 8)]
    public void A_header_says_whether_the_decoder_turns_the_image(string format, int orientation)
    {
        NativePixels.OrSkip();
        var file = format switch
        {
            "jpg" => Turned(Scene, orientation),
            "webp" => TurnedImages.WebP(orientation),
            _ => TurnedImages.Tiff(orientation),
        };

        using var shown = Cv2.ImDecode(file, ImreadModes.Color);
        using var stored = Cv2.ImDecode(file, ImreadModes.Color | ImreadModes.IgnoreOrientation);
        var header = ImageHeader.Read(file, out var problem);

        problem.Should().BeNull();
        (header.Width, header.Height).Should().Be((stored.Width, stored.Height));
        header.IsOnItsSide.Should().Be(shown.Width != stored.Width);
        (shown.Width < shown.Height).Should().Be(orientation >= 5, "OpenCV follows the notes of this format");
    }

    private static byte[] Scene => File.ReadAllBytes(Fixtures.PathOf("scenes", "images", "train_0001.jpg"));

    private static (int Width, int Height) Size => (ImageHeader.Read(Scene, out _).Width, ImageHeader.Read(Scene, out _).Height);

    /// <summary>A JPEG with a camera's note about its orientation behind its first marker.</summary>
    private static byte[] Turned(byte[] jpeg, int orientation, bool big = false)
    {
        var notes = new byte[26];
        if (big)
        {
            "MM\0*\0\0\0\b\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001"u8.CopyTo(notes);
            BinaryPrimitives.WriteUInt16BigEndian(notes.AsSpan(18), (ushort)orientation);
        }
        else
        {
            "II*\0\b\0\0\0\u0001\0\u0012\u0001\u0003\0\u0001\0\0\0"u8.CopyTo(notes);
            BinaryPrimitives.WriteUInt16LittleEndian(notes.AsSpan(18), (ushort)orientation);
        }

        byte[] content = [.. "Exif\0\0"u8, .. notes];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(content.Length + 2), .. content, .. jpeg[2..]];
    }
}
