using System.Collections.Immutable;
using PPYolo.Model.Boxes;
using PPYolo.Model.Networks;

namespace PPYolo.Tests.Unit.Model.Boxes;

/// <summary>One level, one anchor of 16 x 8, one class, stride 32: outputs are x, y, w, h, objectness, class.</summary>
public sealed class YoloBoxDecoderTests
{
    private static readonly NetworkOptions Tiny = new()
    {
        Classes = 1,
        Anchors = [new(16, 8)],
        AnchorMasks = [ImmutableArray.Create(0)],
        Strides = [32],
        IouAware = false,
    };

    [Fact]
    public void Zeros_are_the_anchor_in_the_middle_of_the_cell()
    {
        var decoded = Decode(Tiny, [0, 0, 0, 0, 0, 0], 32, 32);

        decoded.Corners.ToArray().Should().Equal([8, 12, 24, 20], (a, b) => Math.Abs(a - b) < 1e-5);
        decoded.Scores.ToArray().Should().Equal(0.25f);
    }

    [Fact]
    public void Boxes_are_in_pixels_of_the_original_image()
    {
        Decode(Tiny, [0, 0, 0, 0, 0, 0], height: 64, width: 320)
            .Corners.ToArray()
            .Should()
            .Equal([80, 24, 240, 40], (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void Boxes_end_at_the_edge_even_if_they_are_infinite()
    {
        Decode(Tiny, [0, 0, 200, 200, 0, 0], 32, 48).Corners.ToArray().Should().Equal(0, 0, 48, 32);
    }

    [Fact]
    public void A_centre_may_reach_over_its_cell_s_edge()
    {
        // 1.05 - 0.025 of 32 pixels, and -0.025 of them.
        var corners = Decode(Tiny, [100, -100, -100, -100, 0, 0], 32, 32).Corners.ToArray();

        corners[0].Should().BeApproximately(32.8f, 1e-4f, "the left edge has no upper limit");
        corners[2].Should().Be(32);
        corners[1].Should().Be(0);
        corners[3].Should().BeApproximately(-0.8f, 1e-4f, "the lower edge has no lower limit");
    }

    [Fact]
    public void Rows_come_before_columns()
    {
        var output = new float[6 * 4];

        var corners = Decode(Tiny, output, 64, 64).Corners.ToArray();

        corners.Chunk(4).Select(box => (MathF.Round(box[0]), MathF.Round(box[1]))).Should().Equal((8, 12), (40, 12), (8, 44), (40, 44));
    }

    [Fact]
    public void What_is_not_a_number_stays_one()
    {
        var decoded = Decode(Tiny, [float.NaN, 0, 0, 0, float.NaN, 0], 32, 32);

        decoded.Corners[0].Should().Be(float.NaN);
        decoded.Scores[0].Should().Be(float.NaN);
    }

    [Fact]
    public void Extreme_objectness_stays_within_the_logits_of_1e_7()
    {
        var decoder = new YoloBoxDecoder(Tiny with { IouAware = true });

        decoder.IouAware(100, 100).Should().BeApproximately(16.118f, 1e-3f);
        decoder.IouAware(-1000, -1000).Should().BeApproximately(-16.118f, 1e-3f);
    }

    [Fact]
    public void Outputs_of_another_network_are_refused()
    {
        var levels = () => new YoloBoxDecoder(Tiny).Decode([], 32, 32);
        var channels = () => Decode(Tiny, new float[7], 32, 32);
        var grid = () => Decode(Tiny, new float[6 * 2], 32, 32);

        levels.Should().Throw<ArgumentException>().WithMessage("*1 levels, found 0*");
        channels.Should().Throw<ArgumentException>().WithMessage("*6 channels*7 numbers*");
        grid.Should().Throw<ArgumentException>().WithMessage("*square grid*12 numbers*");
    }

    private static DecodedBoxes Decode(NetworkOptions options, float[] output, int height, int width) =>
        new YoloBoxDecoder(options).Decode([output], height, width);
}
