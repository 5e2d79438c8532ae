using PPYolo.Align;
using PPYolo.Data.Datasets;

namespace PPYolo.Tests.Unit.Data.Datasets;

public class DatasetTests
{
    [Fact]
    public void Images_keep_the_order_of_the_file_and_classes_that_of_the_categories()
    {
        using var set = new TinySet().Image(5).Image(2).Box(1, 2, 3, [1, 2, 3, 4]);

        var dataset = set.Open(strict: true);

        dataset.Images.Select(image => image.Id).Should().Equal(5, 2);
        dataset.Categories.Select(category => category.Name).Should().Equal("seventh", "third");
        dataset.Images[1].Objects.Should().Equal(new AnnotatedBox(26, 20, 43, 45, 0), new AnnotatedBox(1, 2, 3, 5, 1));
        dataset.Images[0].Path.Should().Be(set.ImagePath(5));
    }

    [Fact]
    public void An_image_without_objects_stays()
    {
        using var set = new TinySet().Image(1).Image(2, box: false);

        set.Open(strict: true).Images[1].Objects.Should().BeEmpty();
    }

    [Fact]
    public void Crowds_are_left_out_and_are_no_problem()
    {
        using var set = new TinySet().Image(1).Box(9, 1, 7, [0, 0, 50, 50], crowd: 1);

        var image = set.Open(strict: true).Images.Single();

        image.Objects.Should().HaveCount(1);
        image.Crowds.Should().Be(1);
    }

    [Theory]
    // Widths count pixels: the right edge is the last one that belongs to the box.
    [InlineData(10, 20, 30, 40, 10, 20, 39, 59)]
    // A pixel over the edge is convention, and no problem; it is clipped like any other.
    [InlineData(-1, 0, 20, 20, 0, 0, 19, 19)]
    [InlineData(80, 60, 21, 21, 80, 60, 99, 79)]
    [InlineData(99, 79, 1, 1, 99, 79, 99, 79)]
    [InlineData(5.5, 6.25, 0.5, 0.25, 5.5, 6.25, 5.5, 6.25)]
    public void Boxes_are_clipped_as_the_reference_clips_them(
        double x,
        double y,
        double w,
        double h,
        float left,
        float top,
        float right,
        float bottom
    )
    {
        BoxCleaning.TryClip(new(1, 1, 1, new(x, y, w, h), 1, false), 100, 80, out var corners).Should().BeTrue();
        BoxCleaning.IsOutside(new(x, y, w, h), 100, 80).Should().BeFalse();
        ((float)corners.Left, (float)corners.Top, (float)corners.Right, (float)corners.Bottom).Should().Be((left, top, right, bottom));
    }

    [Fact]
    public void A_box_that_starts_left_of_the_image_keeps_its_width_as_in_the_reference()
    {
        BoxCleaning.TryClip(new(1, 1, 1, new(-10, 0, 30, 20), 1, false), 100, 80, out var corners).Should().BeTrue();

        corners.Should().Be((0, 0, 29, 19));
    }

    public static TheoryData<string, DataProblemKind, int, int> BadBoxes =>
        new()
        {
            { "-20,5,50,30", DataProblemKind.BoxOutside, 2, 1 },
            { "5,5,5000,30", DataProblemKind.BoxOutside, 2, 1 },
            { "4000,5,50,30", DataProblemKind.EmptyBox, 1, 1 },
            { "5,5,0,30", DataProblemKind.EmptyBox, 1, 1 },
            { "5,5,30,-3", DataProblemKind.EmptyBox, 1, 1 },
        };

    [Theory]
    [MemberData(nameof(BadBoxes))]
    public void A_bad_box_is_clipped_or_dropped_and_reported_once(string box, DataProblemKind kind, int left, int reports)
    {
        using var set = new TinySet().Image(1).Box(31, 1, 7, [.. box.Split(',').Select(double.Parse)], area: 100);

        var seen = new List<DataProblem>();
        var dataset = set.Open(report: seen.Add);

        dataset.Images.Single().Objects.Should().HaveCount(left);
        seen.Should()
            .HaveCount(reports)
            .And.OnlyContain(problem => problem.Kind == kind && problem.Id == 31 && problem.File == set.ImagePath(1));
        seen[0].ToString().Should().Contain("annotation id 31").And.Contain("image id 1").And.Contain(set.ImagePath(1));
        Strict(set).Should().Contain("annotation id 31").And.Contain("--strict");
    }

    [Fact]
    public void A_box_without_area_is_dropped()
    {
        using var set = new TinySet().Image(1).Box(31, 1, 7, [5, 5, 10, 10], area: 0);

        Single(set).Kind.Should().Be(DataProblemKind.EmptyBox);
        set.Open().Images.Single().Objects.Should().HaveCount(1);
    }

    [Fact]
    public void A_missing_image_is_dropped_with_its_objects()
    {
        using var set = new TinySet().Image(1).Image(2, file: false);

        Single(set)
            .Should()
            .Match<DataProblem>(problem =>
                problem.Kind == DataProblemKind.MissingImage && problem.Id == 2 && problem.File == set.ImagePath(2)
            );
        set.Open().Images.Select(image => image.Id).Should().Equal(1);
        Strict(set).Should().Contain("image id 2").And.Contain(set.ImagePath(2));
    }

    [Theory]
    [InlineData("../train.json")]
    [InlineData("/etc/hostname")]
    public void A_file_outside_the_image_folder_is_not_touched(string name)
    {
        using var set = new TinySet()
            .Image(1)
            .ImageRecord(
                new
                {
                    id = 2,
                    file_name = name,
                    width = 10,
                    height = 10,
                }
            );

        Single(set).Should().Match<DataProblem>(problem => problem.Kind == DataProblemKind.MissingImage && problem.Id == 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public void A_file_that_stops_in_its_header_is_dropped(int length)
    {
        using var set = new TinySet().Image(1).Image(2).Damage(2, bytes => bytes[..length]);

        Single(set).Should().Match<DataProblem>(problem => problem.Kind == DataProblemKind.UnreadableImage && problem.Id == 2);
        set.Open().Images.Should().HaveCount(1);
    }

    [Fact]
    public void The_size_of_the_file_counts_where_another_is_annotated()
    {
        using var set = new TinySet().Image(1, width: 1000, height: 999);
        set.Box(2, 1, 7, [10, 10, 900, 900]);

        var problems = set.Open().Log.Problems;

        problems.Select(problem => problem.Kind).Should().Equal(DataProblemKind.ImageSize, DataProblemKind.BoxOutside);
        problems[0].Detail.Should().Contain("1000x999");
        var image = set.Open().Images.Single();
        image.Objects[1].Right.Should().Be(image.Width - 1);
        image.Width.Should().BeLessThan(300);
    }

    [Fact]
    public void Sizes_that_are_not_annotated_come_from_the_file()
    {
        using var set = new TinySet().Image(1, width: 0, height: 0);

        set.Open(strict: true).Images.Single().Width.Should().BePositive();
    }

    [Fact]
    public void Ids_given_twice_are_reported_and_the_first_counts()
    {
        using var set = new TinySet().Image(1).Image(1, box: false).Category(3, "again").Box(1001, 1, 3, [1, 1, 9, 9]);

        var dataset = set.Open();

        dataset
            .Log.Problems.Select(problem => (problem.Kind, problem.Id))
            .Should()
            .BeEquivalentTo([
                (DataProblemKind.DuplicateCategory, 3L),
                (DataProblemKind.DuplicateAnnotation, 1001L),
                (DataProblemKind.DuplicateImage, 1L),
            ]);
        dataset.Images.Should().HaveCount(1);
        dataset.Images[0].Objects.Should().HaveCount(1);
        dataset.Categories.Select(category => category.Name).Should().Equal("seventh", "third");
    }

    [Fact]
    public void Annotations_of_unknown_images_and_categories_are_dropped()
    {
        using var set = new TinySet().Image(1).Box(50, 99, 7, [1, 1, 9, 9]).Box(51, 1, 12, [1, 1, 9, 9]);

        var dataset = set.Open();

        dataset
            .Log.Problems.Select(problem => (problem.Kind, problem.Id))
            .Should()
            .Equal((DataProblemKind.UnknownImage, 50), (DataProblemKind.UnknownCategory, 51));
        dataset.Images.Single().Objects.Should().HaveCount(1);
    }

    [Fact]
    public void A_dataset_of_which_nothing_is_left_is_refused()
    {
        using var set = new TinySet().Image(1, file: false);

        FluentActions.Invoking(() => set.Open()).Should().Throw<AlignException>().WithMessage("*none is left*no such file*");
    }

    [Fact]
    public void A_dataset_with_other_categories_than_the_network_has_is_refused()
    {
        using var set = new TinySet().Image(1);
        set.Write();

        FluentActions
            .Invoking(() => DetectionDataset.Open(set.Layout, new() { Classes = 20 }))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*expected 20 categories*found 2*");
    }

    [Theory]
    [InlineData("{}", "images")]
    [InlineData("{\"images\":[{\"width\":3}],\"annotations\":[],\"categories\":[]}", "images[0]: expected a member 'id'")]
    [InlineData(
        "{\"images\":[],\"annotations\":[{\"image_id\":1,\"category_id\":1,\"bbox\":[1,2,3]}],\"categories\":[]}",
        "annotations[0].bbox"
    )]
    [InlineData("{\"images\":[],\"annotations\":[{\"image_id\":1,\"category_id\":1}],\"categories\":[]}", "'bbox'")]
    [InlineData("{\"images\":[", "line 1")]
    public void A_file_of_another_form_is_refused_with_the_place(string json, string place)
    {
        using var set = new TinySet();
        File.WriteAllText(set["train.json"], json);

        FluentActions
            .Invoking(() => DetectionDataset.Open(set.Layout))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*" + set["train.json"] + "*" + place + "*");
    }

    [Fact]
    public void Members_that_converters_leave_out_have_defaults()
    {
        using var set = new TinySet().Image(1, box: false);
        set.Write();
        File.WriteAllText(
            set["train.json"],
            File.ReadAllText(set["train.json"])
                .Replace(
                    "\"annotations\":[]",
                    "\"annotations\":[{\"image_id\":1,\"category_id\":7,\"bbox\":[1,1,5,5]},"
                        + "{\"image_id\":1,\"category_id\":3,\"bbox\":[2,2,5,5]}]",
                    StringComparison.Ordinal
                )
        );

        DetectionDataset.Open(set.Layout, new() { Strict = true }).Images.Single().Objects.Select(box => box.Class).Should().Equal(0, 1);
    }

    private static DataProblem Single(TinySet set) => set.Open().Log.Problems.Should().ContainSingle().Subject;

    private static string Strict(TinySet set)
    {
        var seen = new List<DataProblem>();
        var message = FluentActions.Invoking(() => set.Open(strict: true, report: seen.Add)).Should().Throw<AlignException>().Which.Message;
        seen.Should().BeEmpty("what stops is said once, and nothing is left out");
        return message;
    }
}
