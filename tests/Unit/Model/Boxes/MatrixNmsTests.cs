using PPYolo.Model.Boxes;

namespace PPYolo.Tests.Unit.Model.Boxes;

/// <summary>Cases small enough to be worked out by hand; one class unless said otherwise.</summary>
public sealed class MatrixNmsTests
{
    private static readonly float[] Square = [0, 0, 10, 10];

    // Half of it is in the square: IoU 1/3.
    private static readonly float[] Half = [5, 0, 15, 10];
    private static readonly float[] Away = [100, 100, 110, 110];

    [Fact]
    public void A_box_alone_stays_as_it_is()
    {
        Select(new(), (Square, 0.8f)).Should().Equal(new DetectedBox(0, 0.8f, 0, 0, 10, 10));
    }

    [Fact]
    public void Boxes_come_out_by_falling_score()
    {
        Select(new(), (Square, 0.5f), (Away, 0.7f)).Select(box => box.Left).Should().Equal(100, 0);
    }

    [Fact]
    public void A_less_sure_box_decays_by_its_overlap()
    {
        var found = Select(new(), (Square, 0.9f), (Half, 0.6f));

        found[0].Score.Should().Be(0.9f);
        found[1].Score.Should().BeApproximately(0.4f, 1e-6f, "1 - IoU is 2/3");
    }

    [Fact]
    public void A_gaussian_decays_by_the_square()
    {
        var found = Select(new() { Gaussian = true, Sigma = 3 }, (Square, 0.9f), (Half, 0.6f));

        found[1].Score.Should().BeApproximately(0.6f * MathF.Exp(-3 / 9f), 1e-6f);
    }

    [Fact]
    public void A_box_that_is_itself_overlapped_pulls_others_down_less()
    {
        // The middle box overlaps the first by 1/3 and the last by 1/3; the first and the last do not meet. (1 - 1/3) / (1 - 1/3) = 1.
        float[] last = [10, 0, 20, 10];

        var found = Select(new(), (Square, 0.9f), (Half, 0.8f), (last, 0.6f));

        found.Single(box => box.Left == 10).Score.Should().BeApproximately(0.6f, 1e-6f);
    }

    [Fact]
    public void Other_classes_do_not_meet()
    {
        var boxes = new DecodedBoxes(2, [.. Square, .. Square], [0.9f, 0, 0, 0.6f]);

        MatrixNms.Select(boxes, new()).Should().Equal(new DetectedBox(0, 0.9f, 0, 0, 10, 10), new DetectedBox(1, 0.6f, 0, 0, 10, 10));
    }

    [Fact]
    public void A_box_counts_for_each_class_it_is_sure_of()
    {
        var boxes = new DecodedBoxes(3, Square, [0.5f, 0.01f, 0.9f]);

        MatrixNms.Select(boxes, new()).Select(box => box.Label).Should().Equal(2, 0);
    }

    [Fact]
    public void The_score_threshold_itself_is_too_low_and_the_post_threshold_itself_is_enough()
    {
        Select(new() { ScoreThreshold = 0.5f }, (Square, 0.5f)).Should().BeEmpty();
        Select(new() { PostThreshold = 0.5f }, (Square, 0.5f)).Should().ContainSingle();
    }

    [Fact]
    public void Nothing_sure_enough_is_an_empty_result()
    {
        Select(new()).Should().BeEmpty();
        Select(new(), (Square, 0.005f)).Should().BeEmpty();
        Select(new(), (Square, float.NaN)).Should().BeEmpty();
    }

    [Fact]
    public void Identical_boxes_leave_one_and_no_NaN()
    {
        // Of three, the third's factor is 0 / 0: it fails the threshold.
        var found = Select(new() { PostThreshold = 0 }, (Square, 0.9f), (Square, 0.8f), (Square, 0.7f));

        found.Select(box => box.Score).Should().Equal(0.9f, 0);
    }

    [Fact]
    public void Two_boxes_without_area_are_0_of_0_and_take_the_rest_with_them_as_in_the_reference()
    {
        float[] point = [5, 5, 5, 5];

        Select(new(), (Away, 0.9f), (point, 0.8f)).Should().HaveCount(2);
        Select(new(), (Away, 0.9f), (point, 0.8f), (point, 0.7f)).Should().BeEmpty();
    }

    [Fact]
    public void Boxes_without_a_place_never_reach_a_user()
    {
        Select(new(), ([0, float.NaN, 10, 10], 0.9f)).Should().BeEmpty();
        Select(new(), ([0, 0, float.PositiveInfinity, 10], 0.9f)).Should().BeEmpty();
    }

    [Fact]
    public void Top_k_limits_what_is_compared_and_what_is_kept()
    {
        var all = new[] { (Square, 0.5f), (Half, 0.9f), (Away, 0.7f) };

        Select(new() { NmsTopK = 2 }, all).Select(box => box.Score).Should().Equal(0.9f, 0.7f);
        Select(new() { KeepTopK = 1 }, all).Select(box => box.Score).Should().Equal(0.9f);
        Select(new() { NmsTopK = 0, KeepTopK = -1 }, all).Should().HaveCount(3);
    }

    [Fact]
    public void Of_many_pairs_the_surest_are_compared_and_of_equal_ones_the_first()
    {
        // 1000 boxes that do not meet, ten of each score: the three first of the best score are asked for.
        var boxes = Enumerable
            .Range(0, 1000)
            .Select(i => (new float[] { i * 10, 0, (i * 10) + 5, 5 }, 0.1f + ((i * 7 % 100) * 0.005f)))
            .ToArray();

        var found = Select(new() { NmsTopK = 3 }, boxes);

        // 7 i = 99 (mod 100) for i = 57, 157, 257, ...
        found.Select(box => box.Left).Should().Equal(570, 1570, 2570);
    }

    private static DetectedBox[] Select(MatrixNmsOptions options, params (float[] Box, float Score)[] boxes) =>
        MatrixNms.Select(new(1, [.. boxes.SelectMany(box => box.Box)], [.. boxes.Select(box => box.Score)]), options);
}
