using PPYolo.Align;
using PPYolo.Data.Datasets;
using PPYolo.Data.Loading;
using PPYolo.Tests.Unit.Data.Layouts;

namespace PPYolo.Tests.Unit.Data.Loading;

public sealed class DataConversionTests : IDisposable
{
    private readonly DatasetFolder set = new();

    [Theory]
    [InlineData("YOLO")]
    [InlineData("COCO")]
    public void The_file_trains_as_the_dataset_does(string kind)
    {
        set.Pictures("images/a.png", "images/b.png", "images/ü c.png");
        if (kind == "YOLO")
        {
            set.Text("classes.txt", "x \"y\"\nz")
                .Text("labels/a.txt", "1 0.123456789 0.3 0.111 0.3333333\n0 0.95 0.5 0.5 0.5\nbad\n")
                .Text("labels/ü c.txt", "0 0.5 0.5 1 1");
        }
        else
        {
            set.Text(
                "train.json",
                """
                {"images": [{"id": 7, "file_name": "a.png"}, {"id": 3, "file_name": "none.png"}, {"id": 3, "file_name": "b.png"}],
                 "categories": [{"id": 9, "name": "z"}, {"id": 0, "name": "x"}, {"id": 0, "name": "again"}],
                 "annotations": [{"id": 1, "image_id": 7, "category_id": 9, "bbox": [0.1, 2, 30.7, 9]},
                                 {"id": 2, "image_id": 7, "category_id": 0, "bbox": [0, 0, 9, 9], "iscrowd": 1},
                                 {"id": 3, "image_id": 7, "category_id": 5, "bbox": [0, 0, 9, 9]},
                                 {"id": 4, "image_id": 7, "category_id": 9, "bbox": [0, 0, 0, 9]},
                                 {"id": 5, "image_id": 3, "category_id": 9, "bbox": [0, 0, 9, 9]}]}
                """
            );
        }

        var before = set.Open();
        var problems = new List<DataProblem>();
        var written = DataConversion.Write(set.Find(), set["out.json"], problems.Add);
        var after = DetectionDataset.Open(new(set["out.json"], before.Layout.Images));

        after.Lines().Should().Equal(before.Lines()).And.NotBeEmpty();
        after.Images.Select(image => (image.Id, image.Crowds)).Should().Equal(before.Images.Select(image => (image.Id, image.Crowds)));
        after.Categories.Should().Equal(before.Categories);
        after.Log.Problems.Should().NotContain(problem => problem.Kind != DataProblemKind.BoxOutside);
        problems.Should().Equal(before.Log.Problems).And.NotBeEmpty();
        written.Annotations.Length.Should().Be(after.Images.Sum(image => image.Objects.Length + image.Crowds));
    }

    [Fact]
    public void What_cannot_be_written_is_named_and_leaves_nothing()
    {
        set.Pictures("images/a.png").Text("classes.txt", "x").Text("labels/a.txt", "0 0.5 0.5 1 1");

        FluentActions
            .Invoking(() => DataConversion.Write(set.Find(), set["classes.txt/out.json"]))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*out.json: cannot be written*");
    }

    public void Dispose() => set.Dispose();
}
