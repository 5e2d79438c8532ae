using PPYolo.Model.Boxes;

namespace PPYolo.Tests.Unit.Model.Boxes;

/// <summary>From the reference's raw head outputs to its boxes.</summary>
public sealed class InferenceTests
{
    private const float PixelTolerance = 1e-3f;
    private const float ScoreTolerance = 2e-6f;

    // Rows this close in score may change places.
    private const float Neighbours = 1e-5f;

    public static TheoryData<string, int> Images =>
        new()
        {
            { "r18vd", 0 },
            { "r18vd", 1 },
            { "r50vd", 0 },
            { "r50vd", 1 },
        };

    public static TheoryData<string, int, string> Selections
    {
        get
        {
            var selections = new TheoryData<string, int, string>();
            foreach (var network in new[] { "r18vd", "r50vd" })
            {
                foreach (var setting in new[] { "nms", "nms_high", "nms_gauss", "nms_top20_keep7", "nms_none", "nms_post_none" })
                {
                    selections.Add(network, 0, setting);
                    selections.Add(network, 1, setting);
                }
            }

            return selections;
        }
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Decodes_every_box_and_score(string network, int image)
    {
        using var fixture = new InferenceFixture(network);

        var decoded = Decode(fixture, image);

        ShouldBeClose(decoded.Corners, fixture.AllLevels("boxes", image), PixelTolerance, "corner");
        ShouldBeClose(decoded.Scores, fixture.AllLevels("scores", image), ScoreTolerance, "score");
        decoded.Count.Should().Be(fixture.AllLevels("boxes", image).Length / 4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Replaces_objectness_by_its_product_with_the_iou(int level)
    {
        using var fixture = new InferenceFixture("r50vd");
        var decoder = new YoloBoxDecoder(fixture.Options);
        float[] raw = fixture.OfImage($"head{level}", 0),
            replaced = fixture.OfImage($"head_iou_aware{level}", 0);
        var plane = fixture.CellsOf(level) * fixture.CellsOf(level);
        int anchors = fixture.Options.AnchorMasks[level].Length,
            channels = 5 + fixture.Options.Classes;
        for (var anchor = 0; anchor < anchors; anchor++)
        {
            for (var cell = 0; cell < plane; cell++)
            {
                var objectness = (((anchor * channels) + 4) * plane) + cell;
                decoder
                    .IouAware(raw[(anchors * plane) + objectness], raw[(anchor * plane) + cell])
                    .Should()
                    .BeApproximately(replaced[objectness], 1e-5f);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Selections))]
    public void Selects_the_reference_s_boxes(string network, int image, string setting)
    {
        using var fixture = new InferenceFixture(network);
        var expected = Expected(fixture, $"{setting}_{image}");

        var found = MatrixNms.Select(Decode(fixture, image), Setting(network, setting));

        found.Should().HaveCount(expected.Count);
        for (var i = 0; i < found.Length; i++)
        {
            found[i].Score.Should().BeApproximately(expected[i].Score, Neighbours, "row {0}", i);
        }

        ShouldHoldTheSameRows(found, expected);
    }

    [Theory]
    [InlineData("nms", true)]
    [InlineData("nms_none", false)]
    [InlineData("nms_post_none", false)]
    public void The_reference_has_a_row_of_minus_1_where_nothing_is_found(string setting, bool any)
    {
        using var fixture = new InferenceFixture("r50vd");

        fixture[$"{setting}_0_labels"].Contains(-1).Should().Be(!any);
        (Expected(fixture, $"{setting}_0").Count > 0).Should().Be(any);
    }

    private static MatrixNmsOptions Setting(string network, string name) =>
        name switch
        {
            "nms" => new(),
            "nms_high" => new() { ScoreThreshold = network == "r18vd" ? 0.4f : 0.3f, PostThreshold = 0.05f },
            "nms_gauss" => new() { Gaussian = true, Sigma = 2 },
            "nms_top20_keep7" => new() { NmsTopK = 20, KeepTopK = 7 },
            "nms_none" => new() { ScoreThreshold = 0.99999f },
            "nms_post_none" => new() { PostThreshold = 0.99999f },
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such setting"),
        };

    private static DecodedBoxes Decode(InferenceFixture fixture, int image)
    {
        var (height, width) = fixture.Size(image);
        return new YoloBoxDecoder(fixture.Options).Decode(fixture.Outputs(image), height, width);
    }

    private static List<DetectedBox> Expected(InferenceFixture fixture, string name)
    {
        float[] labels = fixture[$"{name}_labels"],
            scores = fixture[$"{name}_scores"],
            boxes = fixture[$"{name}_boxes"];
        return
        [
            .. labels
                .Select(
                    (label, i) =>
                        new DetectedBox((int)label, scores[i], boxes[i * 4], boxes[(i * 4) + 1], boxes[(i * 4) + 2], boxes[(i * 4) + 3])
                )
                .Where(box => box.Label >= 0),
        ];
    }

    private static void ShouldBeClose(ReadOnlySpan<float> found, float[] expected, float tolerance, string what)
    {
        found.Length.Should().Be(expected.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            found[i].Should().BeApproximately(expected[i], tolerance, "{0} {1}", what, i);
        }
    }

    private static void ShouldHoldTheSameRows(DetectedBox[] found, List<DetectedBox> expected)
    {
        var left = found.ToList();
        foreach (var row in expected)
        {
            var same = left.FindIndex(box => IsSame(box, row));

            // Of rows as sure as the last one, the reference may have kept another.
            (same >= 0 || row.Score - expected[^1].Score < Neighbours)
                .Should()
                .BeTrue("{0} is in the reference", row);
            if (same >= 0)
            {
                left.RemoveAt(same);
            }
        }
    }

    private static bool IsSame(DetectedBox a, DetectedBox b) =>
        a.Label == b.Label
        && Math.Abs(a.Score - b.Score) < Neighbours
        && Math.Abs(a.Left - b.Left) < PixelTolerance
        && Math.Abs(a.Top - b.Top) < PixelTolerance
        && Math.Abs(a.Right - b.Right) < PixelTolerance
        && Math.Abs(a.Bottom - b.Bottom) < PixelTolerance;
}
