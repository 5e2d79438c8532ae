using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Model.Networks;

namespace PPYolo.Tests.Unit.Data.Batches;

public sealed class GeneratedBatchesTests
{
    [Fact]
    public void Images_have_the_published_sum()
    {
        var batch = new GeneratedBatches("1", 4, [96], NetworkPresets.R18Vd).At(0);

        batch.Images.Shape.Should().Equal(4, 3, 96, 96);
        // Multiples of 2^-22 below 2, 110,592 of them: the float64 sum is exact in any order.
        batch.Images.As<float>().ToArray().Sum(value => (double)value).Should().Be(843.9468476772308);
    }

    [Fact]
    public void Objects_have_the_published_values()
    {
        var objects = GeneratedBatches.Objects("1/gt/0", 4, 20);

        objects.Select(image => image.Length).Should().Equal(6, 1, 2, 1);
        var first = objects[0][0];
        new double[] { first.X, first.Y, first.Width, first.Height }
            .Should()
            .Equal(0.2892640233039856, 0.45854616165161133, 0.4487967789173126, 0.4868927001953125);
        first.Class.Should().Be(9);
        first.Score.Should().Be(1);
        objects
            .SelectMany(image => image)
            .Should()
            .OnlyContain(box => box.Score > 0.5f && box.Score <= 1 && box.Class >= 0 && box.Class < 20);
    }

    [Fact]
    public void Rows_without_an_object_are_zero()
    {
        var boxes = new GeneratedBatches("1", 4, [96], NetworkPresets.R18Vd).At(0).Boxes;

        boxes.Shape.Should().Equal(4, 50, 4);
        int[] counts = [6, 1, 2, 1];
        for (var row = 0; row < 200; row++)
        {
            (boxes.As<float>()[row * 4] > 0).Should().Be(row % 50 < counts[row / 50]);
        }
    }

    [Theory]
    [InlineData("2", "96 160 128 96 96 128 128 128 128 128", "64 96 128 160")]
    [InlineData("6", "160 160 64 160 128 128 96 64 96 96", "64 96 128 160")]
    [InlineData("4", "352 416 608 544 448 448 544 544 512 352", "320 352 384 416 448 480 512 544 576 608")]
    [InlineData("8", "608 608 608 480 448 320 384 480 608 320", "320 352 384 416 448 480 512 544 576 608")]
    public void Sizes_are_the_published_ones(string seed, string expected, string choices)
    {
        var batches = new GeneratedBatches(seed, 8, Numbers(choices), NetworkPresets.R50Vd);

        Enumerable.Range(0, 10).Select(batches.Size).Should().Equal(Numbers(expected));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Batches_are_those_that_the_reference_recorded(int iteration)
    {
        var generated = new GeneratedBatches("5", 4, [96], NetworkPresets.R18Vd).At(iteration);
        var recorded = new RecordedBatches(Fixtures.PathOf("reference", "r18vd-96-calm")).At(iteration);

        // Targets have logarithms in them: YoloTargetsTests.
        foreach (var (name, tensor) in recorded.Named.Where(pair => !pair.Key.StartsWith("target", StringComparison.Ordinal)))
        {
            generated.Named.Single(pair => pair.Key == name).Value.BitwiseEquals(tensor).Should().BeTrue("of {0}", name);
        }
    }

    [Fact]
    public void An_iteration_gives_the_same_batch_every_time()
    {
        var batches = new GeneratedBatches("3", 2, [64, 96], NetworkPresets.R50Vd);

        foreach (var (one, other) in batches.At(4).Named.Zip(batches.At(4).Named))
        {
            one.Value.BitwiseEquals(other.Value).Should().BeTrue("of {0}", one.Key);
        }

        batches.At(4).Source.Should().Be("generator:3 iteration 4");
    }

    [Fact]
    public void A_batch_that_no_array_has_room_for_is_refused_in_words() =>
        new GeneratedBatches("1", 4096, [608], NetworkPresets.R50Vd)
            .Invoking(batches => batches.At(0))
            .Should()
            .Throw<AlignException>()
            .WithMessage("a batch of 4096 images of 608x608 needs 18169724928 bytes in one piece, *take a smaller batch *");

    private static int[] Numbers(string text) => [.. text.Split(' ').Select(int.Parse)];
}
