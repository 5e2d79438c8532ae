using PPYolo.Align;
using PPYolo.Data.Coco;

namespace PPYolo.Tests.Unit.Data.Coco;

/// <summary>Cases small enough to be worked out by hand.</summary>
public sealed class CocoEvaluatorTests
{
    private const double Tolerance = 1e-12;

    // 1000, 2500 and 10000 square pixels: small, medium and large.
    private static readonly CocoBox Small = new(10, 10, 25, 40);
    private static readonly CocoBox Medium = new(100, 10, 50, 50);
    private static readonly CocoBox Large = new(200, 10, 100, 100);
    private static readonly CocoBox Nowhere = new(1000, 1000, 50, 50);

    [Fact]
    public void Perfect_detections_score_1_everywhere()
    {
        var result = new CocoScene().Object(Small).Object(Medium).Object(Large).Found(Small).Found(Medium).Found(Large).Score();

        result["AP"].Should().BeApproximately(1, Tolerance);
        result["APsmall"].Should().BeApproximately(1, Tolerance);
        result["APmedium"].Should().BeApproximately(1, Tolerance);
        result["APlarge"].Should().BeApproximately(1, Tolerance);
        result["AR100"].Should().Be(1);
        result["AR1"].Should().BeApproximately(1 / 3.0, Tolerance, "one detection finds one of three objects");
        result.Notes.Should().BeEmpty();
    }

    [Fact]
    public void No_detections_score_0()
    {
        var result = new CocoScene().Object(Small).Object(Medium).Object(Large).Score();

        result.Stats.Should().AllBeEquivalentTo(0.0);
        result.PerCategory.Should().ContainSingle().Which.AveragePrecision.Should().Be(0);
        result.Detections.Should().Be(0);
    }

    [Fact]
    public void Nothing_to_find_is_undefined()
    {
        var result = new CocoScene().Found(Small).Score();

        result.Stats.Should().AllBeEquivalentTo(-1.0);
        result.PerCategory.Should().ContainSingle().Which.AveragePrecision.Should().Be(-1);
    }

    [Fact]
    public void An_empty_set_is_undefined()
    {
        var result = new CocoScene { Images = [], Categories = [] }.Score();

        result.Stats.Should().HaveCount(12).And.AllBeEquivalentTo(-1.0);
        result.PerCategory.Should().BeEmpty();
    }

    [Fact]
    public void Sizes_without_objects_are_undefined_and_leave_the_others_alone()
    {
        var result = new CocoScene().Object(Medium).Found(Medium).Score();

        result["APmedium"].Should().BeApproximately(1, Tolerance);
        result["APsmall"].Should().Be(-1);
        result["APlarge"].Should().Be(-1);
        result["ARsmall"].Should().Be(-1);
        result["ARlarge"].Should().Be(-1);
    }

    [Fact]
    public void Categories_without_objects_do_not_lower_the_mean()
    {
        var scene = new CocoScene { Categories = [new(7, "dog"), new(3, "cat"), new(5, "owl")] };

        var result = scene
            .Object(Medium, category: 3)
            .Found(Medium, category: 3)
            .Found(Medium, category: 7)
            .Object(Large, category: 5)
            .Score();

        result["AP"].Should().BeApproximately(0.5, Tolerance, "cat is 1, owl 0 and dog undefined");
        result.PerCategory.Select(category => category.Category.Name).Should().Equal("cat", "owl", "dog");
        result.PerCategory.Select(category => Math.Round(category.AveragePrecision, 9)).Should().Equal(1, 0, -1);
    }

    [Fact]
    public void A_wrong_detection_that_is_surer_halves_precision()
    {
        var result = new CocoScene().Object(Medium).Found(Nowhere, 0.9).Found(Medium, 0.8).Score();

        result["AP"].Should().BeApproximately(0.5, Tolerance);
        result["AR1"].Should().Be(0);
        result["AR10"].Should().Be(1);
    }

    [Fact]
    public void A_wrong_detection_that_is_less_sure_costs_nothing()
    {
        var result = new CocoScene().Object(Medium).Found(Medium, 0.9).Found(Nowhere, 0.8).Score();

        result["AP"].Should().BeApproximately(1, Tolerance);
    }

    [Fact]
    public void An_object_never_found_ends_the_curve_at_its_recall()
    {
        var result = new CocoScene().Object(Medium).Object(Large).Found(Medium).Score();

        // Recalls 0 to 0.50 are 51 of the 101 points.
        result["AP"].Should().BeApproximately(51 / 101.0, Tolerance);
        result["AR100"].Should().Be(0.5);
    }

    [Fact]
    public void A_better_precision_at_a_higher_recall_counts_for_lower_ones_too()
    {
        var result = new CocoScene().Object(Medium).Object(Large).Found(Nowhere, 0.9).Found(Medium, 0.8).Found(Large, 0.7).Score();

        // 1 of 2 at recall 0.5, 2 of 3 at recall 1.
        result["AP"].Should().BeApproximately(2 / 3.0, Tolerance);
    }

    [Fact]
    public void A_wrong_detection_s_size_is_that_of_its_box()
    {
        var result = new CocoScene().Object(Small).Found(new(1000, 1000, 31, 31), 0.95).Found(Small, 0.9).Score();

        result["APsmall"].Should().BeApproximately(0.5, Tolerance);
    }

    [Theory]
    [InlineData(100, 10)]
    [InlineData(96, 10)]
    [InlineData(76, 6)]
    [InlineData(75, 6)]
    [InlineData(50, 1)]
    [InlineData(49, 0)]
    public void Overlap_counts_from_the_threshold_on(double width, int thresholds)
    {
        // A detection of that width inside an object 100 wide overlaps it by width percent.
        var result = new CocoScene().Object(new(0, 0, 100, 100)).Found(new(0, 0, width, 100)).Score();

        result["AP"].Should().BeApproximately(thresholds / 10.0, Tolerance);
        result["AR100"].Should().BeApproximately(thresholds / 10.0, Tolerance);
        result["AP50"].Should().BeApproximately(width >= 50 ? 1 : 0, Tolerance);
        result["AP75"].Should().BeApproximately(width >= 75 ? 1 : 0, Tolerance);
    }

    [Fact]
    public void An_object_is_found_once_and_the_second_detection_is_wrong()
    {
        var result = new CocoScene().Object(Medium).Object(Large).Found(Medium, 0.9).Found(Medium, 0.8).Found(Large, 0.7).Score();

        // Precision 1 to recall 0.5 (51 points), then 2 of 3.
        result["AP"].Should().BeApproximately((51 + 50 * 2 / 3.0) / 101, Tolerance);
    }

    [Fact]
    public void A_crowd_absorbs_any_number_of_detections()
    {
        var inside = new CocoBox(220, 20, 10, 10);

        var result = new CocoScene()
            .Object(Medium)
            .Object(Large, crowd: true)
            .Found(inside, 0.99)
            .Found(inside, 0.98)
            .Found(Large, 0.97)
            .Found(Medium, 0.5)
            .Score();

        result["AP"].Should().BeApproximately(1, Tolerance, "what falls to the crowd counts neither way");
        result["AR100"].Should().Be(1, "a crowd need not be found");
        result["APlarge"].Should().Be(-1, "the only large object is a crowd");
    }

    [Fact]
    public void An_object_comes_before_the_crowd_around_it()
    {
        var crowd = new CocoBox(90, 0, 70, 70);

        var result = new CocoScene().Object(crowd, crowd: true).Object(Medium).Found(new(100, 10, 50, 40)).Score();

        // 0.8 with the object against 1 with the crowd: the object is taken up to 0.80, and above that the crowd absorbs the detection.
        result["AP50"].Should().BeApproximately(1, Tolerance);
        result["AP"].Should().BeApproximately(0.7, Tolerance);
    }

    [Fact]
    public void A_box_that_is_large_does_not_make_its_object_large()
    {
        var result = new CocoScene().Object(Large, area: 900).Found(Large).Score();

        result["APsmall"].Should().BeApproximately(1, Tolerance);
        result["APlarge"].Should().Be(-1);
    }

    [Fact]
    public void The_borders_of_sizes_belong_to_both_sides()
    {
        var box = new CocoBox(0, 0, 32, 32);

        var result = new CocoScene().Object(box).Found(box).Score();

        result["APsmall"].Should().BeApproximately(1, Tolerance);
        result["APmedium"].Should().BeApproximately(1, Tolerance);
        result["APlarge"].Should().Be(-1);
    }

    [Fact]
    public void Wrong_detections_count_in_their_own_size_only()
    {
        var result = new CocoScene().Object(Small).Object(Medium).Found(Nowhere, 0.95).Found(Small, 0.9).Found(Medium, 0.8).Score();

        result["APsmall"].Should().BeApproximately(1, Tolerance, "the wrong detection is of medium size");
        result["APmedium"].Should().BeApproximately(0.5, Tolerance);
    }

    [Fact]
    public void Equal_scores_keep_the_order_of_the_file()
    {
        var wrongFirst = new CocoScene().Object(Medium).Found(Nowhere, 0.5).Found(Medium, 0.5).Score();
        var rightFirst = new CocoScene().Object(Medium).Found(Medium, 0.5).Found(Nowhere, 0.5).Score();

        wrongFirst["AP"].Should().BeApproximately(0.5, Tolerance);
        rightFirst["AP"].Should().BeApproximately(1, Tolerance);
    }

    [Fact]
    public void Equal_scores_in_several_images_go_by_image_id_and_not_by_file()
    {
        var scene = new CocoScene { Images = [9, 2] };

        var result = scene.Object(Medium, image: 9).Found(Medium, 0.5, image: 9).Found(Nowhere, 0.5, image: 2).Score();

        result["AP"].Should().BeApproximately(0.5, Tolerance);
    }

    [Fact]
    public void Zero_and_minus_zero_are_equal_scores()
    {
        var result = new CocoScene().Object(Medium).Found(Medium, -0.0).Found(Nowhere, 0.0).Score();

        result["AP"].Should().BeApproximately(1, Tolerance);
    }

    [Fact]
    public void Of_two_equal_overlaps_the_later_object_is_taken()
    {
        // Both objects are the same box, one small and one large by area; the detection takes the second.
        var result = new CocoScene().Object(Large, area: 100).Object(Large, area: 10000).Found(Large).Score();

        result["AP50"].Should().BeApproximately(51 / 101.0, Tolerance);
        result["ARsmall"].Should().Be(1, "with the large one set aside the small one is taken");
        result["ARlarge"].Should().Be(1);
    }

    [Theory]
    [InlineData(99, 1)]
    [InlineData(100, 0)]
    [InlineData(150, 0)]
    public void Only_100_detections_of_an_image_and_category_are_looked_at(int before, double recall)
    {
        var scene = new CocoScene().Object(Medium).Found(Medium, 0.1);
        for (var i = 0; i < before; i++)
        {
            scene.Found(Nowhere, 0.9);
        }

        scene.Score()["AR100"].Should().Be(recall);
    }

    [Fact]
    public void The_limit_is_per_image_and_category()
    {
        var scene = new CocoScene { Images = [1, 2], Categories = [new(1, "cat"), new(2, "dog")] };
        foreach (var (image, category) in new[] { (1, 1), (1, 2), (2, 1), (2, 2) })
        {
            scene.Object(Medium, image, category).Found(Medium, 0.9, image, category);
        }

        scene.Score()["AR1"].Should().Be(1);
    }

    [Fact]
    public void A_detection_in_another_image_finds_nothing()
    {
        var result = new CocoScene { Images = [1, 2] }
            .Object(Medium)
            .Found(Medium, image: 2)
            .Score();

        result["AP"].Should().Be(0);
    }

    [Fact]
    public void What_the_ground_truth_does_not_list_is_left_out_with_a_note()
    {
        var result = new CocoScene()
            .Object(Medium)
            .Object(Large, image: 77)
            .Object(Large, category: 88)
            .Found(Nowhere, 0.99, category: 0)
            .Found(Medium)
            .Score();

        result["AP"].Should().BeApproximately(1, Tolerance);
        result.Annotations.Should().Be(1);
        result.Detections.Should().Be(1);
        result.Notes.Should().HaveCount(3);
        result.Notes[0].Should().Contain("1 detections").And.Contain("such as 0");
    }

    [Fact]
    public void The_object_numbered_0_is_never_found_as_in_pycocotools()
    {
        var result = new CocoScene().Object(Medium, id: 0).Found(Medium).Score();

        result["AP"].Should().Be(0);
        result.Notes.Should().ContainSingle().Which.Should().Contain("annotation id 0");
    }

    [Fact]
    public void Detections_in_unknown_images_are_an_error()
    {
        var act = () => new CocoScene().Found(Medium, image: 5).Score();

        act.Should().Throw<AlignException>().WithMessage("*detection 0*image 5*");
    }

    [Fact]
    public void Scores_that_are_not_numbers_are_an_error()
    {
        var act = () => new CocoScene().Found(Small).Found(Medium, double.NaN).Score();

        act.Should().Throw<AlignException>().WithMessage("*score of detection 1*");
    }

    [Fact]
    public void Stats_are_found_by_their_names_only()
    {
        var result = new CocoScene().Score();

        result.Invoking(r => r["mAP"]).Should().Throw<ArgumentException>().WithMessage("*mAP*AP50*");
    }
}
