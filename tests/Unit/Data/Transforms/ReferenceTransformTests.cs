using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;
using PPYolo.Data.Loading;
using PPYolo.Data.Transforms;

namespace PPYolo.Tests.Unit.Data.Transforms;

/// <summary>What the reference makes of two images.</summary>
public class ReferenceTransformTests
{
    public static TheoryData<string> Images => ["image0_120x90", "image1_77x130"];

    public static TheoryData<string, Interpolation, int> Resizes
    {
        get
        {
            var data = new TheoryData<string, Interpolation, int>();
            foreach (var name in new[] { "image0_120x90", "image1_77x130" })
            {
                foreach (var interpolation in Enum.GetValues<Interpolation>())
                {
                    data.Add(name, interpolation, 96);
                    data.Add(name, interpolation, 160);
                }
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public void Decodes_to_RGB(string name)
    {
        using var expected = Expected(name);
        using var image = Decode(name);

        Shape(image).Should().Equal(expected["image_rgb"].Shape);
        image.Bytes.SequenceEqual(expected["image_rgb"].As<byte>()).Should().BeTrue();
    }

    [SkippableTheory]
    [MemberData(nameof(Resizes))]
    public void Resizes_to_the_same_pixels(string name, Interpolation interpolation, int size)
    {
        using var expected = Expected(name);
        using var image = Decode(name);

        using var resized = OpenCv.Resize(image, size, interpolation);

#pragma warning disable CA1308 // The names in the file are in lower case.
        var reference = expected[$"resize_{interpolation.ToString().ToLowerInvariant()}_{size}"];
#pragma warning restore CA1308
        Shape(resized).Should().Equal(reference.Shape);
        // With IPP one byte in twenty is off by one where the interpolation is cubic.
        resized.Bytes.SequenceEqual(reference.As<byte>()).Should().BeTrue();
    }

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public void Normalizes_and_permutes_to_the_same_bits(string name)
    {
        using var expected = Expected(name);
        using var image = PixelImage.OfBytes(96, 96);
        expected["resized_cubic"].As<byte>().CopyTo(image.Bytes);

        var planes = new float[3 * 96 * 96];
        ImageNormalization.Write(image, planes);

        planes.AsSpan().SequenceEqual(expected["permuted"].As<float>()).Should().BeTrue();
        var normalized = expected["normalized"].As<float>();
        for (var i = 0; i < 96 * 96; i++)
        {
            new[] { planes[i], planes[i + (96 * 96)], planes[i + (2 * 96 * 96)] }
                .Should()
                .Equal(normalized[i * 3], normalized[(i * 3) + 1], normalized[(i * 3) + 2]);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public void Images_of_floats_are_normalized_like_those_of_bytes(string name)
    {
        using var bytes = Decode(name);
        using var floats = ColorMatrix.Brightness(0).Of(bytes);
        var (first, second) = (new float[3 * bytes.Width * bytes.Height], new float[3 * bytes.Width * bytes.Height]);

        ImageNormalization.Write(bytes, first);
        ImageNormalization.Write(floats, second);

        second.Should().Equal(first);
    }

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public void Reads_an_image_for_evaluation(string name)
    {
        using var expected = Expected(name);
        NativePixels.OrSkip();

        var tensor = EvaluationImages.Read(Fixtures.PathOf("transforms", name + ".png"), 96, out var width, out var height);

        tensor.ShapeText.Should().Be("1x3x96x96");
        (width, height).Should().Be(((int)expected["image_rgb"].Shape[1], (int)expected["image_rgb"].Shape[0]));
        // One grey level in the resized image is 1/255/0.224 at most.
        var largest = 0f;
        for (var i = 0; i < tensor.Count; i++)
        {
            largest = Math.Max(largest, Math.Abs(tensor.As<float>()[i] - expected["permuted"].As<float>()[i]));
        }

        largest.Should().BeLessThan(1.01f / 255 / 0.224f);
    }

    private static NamedTensors Expected(string name) => Npz.Read(Fixtures.PathOf("transforms", name + ".npz"));

    private static PixelImage Decode(string name)
    {
        NativePixels.OrSkip();
        var bytes = ImageFile.Read(Fixtures.PathOf("transforms", name + ".png"), out var problem);
        problem.Should().BeNull();
        return OpenCv.Decode(bytes, turned: true, out _)!;
    }

    private static long[] Shape(PixelImage image) => [image.Height, image.Width, 3];
}
