using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Model.Networks;

namespace PPYolo.Tests.Unit.Data.Batches;

/// <summary>The reference's target assignment, fixtures/transforms.</summary>
public sealed class YoloTargetsTests
{
    // Logarithms of numbers from 0.01 to 50 are below 5 in magnitude: two units in the last place of float32.
    private const float LogarithmTolerance = 1e-6f;

    private static readonly NamedTensors Reference = Npz.Read(Fixtures.PathOf("transforms", "targets.npz"));

    public static TheoryData<string, int, string> Arrays
    {
        get
        {
            var arrays = new TheoryData<string, int, string>();
            foreach (var set in new[] { "", "iou03_", "edge_" })
            {
                foreach (var size in new[] { 96, 416 })
                {
                    arrays.Add(set, size, "l3");
                    arrays.Add(set, size, "l2");
                }
            }

            return arrays;
        }
    }

    [Theory]
    [MemberData(nameof(Arrays))]
    public void Equals_the_reference(string set, int size, string levels)
    {
        var options = levels == "l3" ? NetworkPresets.R50Vd : NetworkPresets.R18Vd;
        var assignment = new YoloTargets(options, set == "iou03_" ? 0.3 : 1);
        var images = Objects(set == "edge_" ? "edge_" : "");
        for (var level = 0; level < options.Levels; level++)
        {
            var expected = Reference[$"{set}s{size}_{levels}_target{level}"];
            var shape = assignment.Shape(level, size);
            expected.Shape.Should().Equal([images.Length, .. shape]);
            var length = (int)TensorData.CountOf(shape);
            for (var image = 0; image < images.Length; image++)
            {
                var target = new float[length];
                assignment.Assign(images[image], size, level, target);
                ShouldBe(target, expected.As<float>().Slice(image * length, length), shape);
            }
        }
    }

    [Fact]
    public void Later_boxes_overwrite_all_but_the_classes()
    {
        var target = Assign(new(0.3f, 0.3f, 0.5f, 0.5f, 2, 1), new(0.31f, 0.32f, 0.5f, 0.5f, 5, 0.5f));

        target.Count(value => value == 1).Should().Be(2, "both classes are set");
        target.Should().Contain(0.5f, "the score is the later one's");
    }

    [Theory]
    [InlineData(0, 0.5f, 1)]
    [InlineData(0.5f, 0, 1)]
    [InlineData(-0.5f, 0.5f, 1)]
    [InlineData(0.5f, 0.5f, 0)]
    public void Boxes_without_area_or_score_are_none(float width, float height, float score) =>
        Assign(new GroundTruth(0.3f, 0.3f, width, height, 2, score)).Should().OnlyContain(value => value == 0);

    [Theory]
    [InlineData(1, 0.5f)]
    [InlineData(0.5f, 1)]
    [InlineData(1.5f, 0.5f)]
    [InlineData(-0.001f, 0.5f)]
    [InlineData(0.5f, -0.001f)]
    [InlineData(float.NaN, 0.5f)]
    [InlineData(0.5f, float.NaN)]
    public void A_centre_outside_the_image_is_refused(float x, float y)
    {
        var assign = () => Assign(new GroundTruth(x, y, 0.5f, 0.5f, 2, 1));

        assign.Should().Throw<AlignException>().WithMessage("a ground-truth centre lies inside the image, found *; clip the box first");
    }

    [Theory]
    [InlineData(20)]
    [InlineData(-1)]
    public void A_class_that_there_is_not_is_refused(int category)
    {
        var assign = () => Assign(new GroundTruth(0.5f, 0.5f, 0.5f, 0.5f, category, 1));

        assign.Should().Throw<AlignException>().WithMessage($"*class*{category}*");
    }

    private static float[] Assign(params GroundTruth[] objects)
    {
        var assignment = new YoloTargets(NetworkPresets.R18Vd);
        var target = new float[TensorData.CountOf(assignment.Shape(0, 320))];
        assignment.Assign(objects, 320, 0, target);
        return target;
    }

    private static GroundTruth[][] Objects(string prefix)
    {
        var boxes = Reference[prefix + "gt_bbox"].As<float>();
        var classes = Reference[prefix + "gt_class"].As<int>();
        var scores = Reference[prefix + "gt_score"].As<float>();
        var images = new GroundTruth[Reference[prefix + "gt_bbox"].Shape[0]][];
        for (var i = 0; i < scores.Length; i++)
        {
            (images[i / 50] ??= new GroundTruth[50])[i % 50] = new(
                boxes[4 * i],
                boxes[(4 * i) + 1],
                boxes[(4 * i) + 2],
                boxes[(4 * i) + 3],
                classes[i],
                scores[i]
            );
        }

        return images;
    }

    private static void ShouldBe(ReadOnlySpan<float> found, ReadOnlySpan<float> expected, long[] shape)
    {
        for (var i = 0; i < found.Length; i++)
        {
            var channel = i / (shape[2] * shape[3]) % shape[1];
            var tolerance = channel is 2 or 3 ? LogarithmTolerance : 0;
            if (!(Math.Abs(found[i] - expected[i]) <= tolerance))
            {
                found[i].Should().Be(expected[i], "of element {0}, channel {1}", i, channel);
            }
        }
    }
}
