using System.Text.Json;
using PPYolo.Align;
using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts;

namespace PPYolo.Tests.Unit.Data.Layouts;

public sealed class CocoFolderTests : IDisposable
{
    private readonly TemporaryFolder root = new();

    [Fact]
    public void Finds_VOC_as_the_reference_lays_it_out()
    {
        Touch("annotations2/voc2012_train.json", "annotations2/voc2012_val.json", "JPEGImages/2007_000027.jpg");

        DatasetFinder.Find(root.Path, "train").Should().Be(new DatasetLayout(At("annotations2/voc2012_train.json"), At("JPEGImages")));
        DatasetFinder.Find(root.Path, "val").Annotations.Should().Be(At("annotations2/voc2012_val.json"));
    }

    [Fact]
    public void Finds_COCO()
    {
        Touch(
            "annotations/instances_train2017.json",
            "annotations/person_keypoints_train2017.json",
            "annotations/captions_train2017.json",
            "train2017/1.jpg"
        );

        DatasetFinder.Find(root.Path, "train").Should().Be(new DatasetLayout(At("annotations/instances_train2017.json"), At("train2017")));
    }

    [Fact]
    public void Finds_the_images_of_an_annotation_file()
    {
        Touch("somewhere/labels.json", "somewhere/images/1.jpg");

        DatasetFinder
            .Find(At("somewhere/labels.json"), "train")
            .Should()
            .Be(new DatasetLayout(At("somewhere/labels.json"), At("somewhere/images")));
        root.Folder("pictures");
        DatasetFinder.Find(At("somewhere/labels.json"), "train", At("pictures")).Images.Should().Be(At("pictures"));
    }

    [Fact]
    public void Finds_the_scenes() =>
        DatasetFinder
            .Find(Fixtures.PathOf("scenes"), "val")
            .Should()
            .Be(new DatasetLayout(Fixtures.PathOf("scenes", "annotations", "val.json"), Fixtures.PathOf("scenes", "images")));

    [Theory]
    [InlineData("val", "annotations/custom_val.json", "annotations/custom_train.json")]
    [InlineData("val", "val.json", "custom_train.json")]
    [InlineData("train", "annotations/instances_train2017.json", "annotations/stuff_train2017.json", "annotations/panoptic_train2017.json")]
    [InlineData("train", "annotations/stuff_train2017.json", "annotations/captions_train2017.json")]
    [InlineData("val", "annotations/lvis_v1_val.json", "annotations/lvis_v1_train.json", "annotations/lvis_v1_train_val.json")]
    [InlineData("train", "train_annotations.json", "val_annotations.json", "notes.json")]
    [InlineData("val", "valid/_annotations.coco.json", "train/_annotations.coco.json", "test/_annotations.coco.json", "valid/1.jpg")]
    [InlineData("test", "test/_annotations.coco.json", "train/_annotations.coco.json", "test/1.jpg")]
    [InlineData("train", "result.json", "notes.json")]
    [InlineData("train", "annotations/instances_default.json")]
    [InlineData("train", "my set.json")]
    public void Finds_the_file_of_a_part(string part, string file, params string[] others)
    {
        Touch([file, .. others, "images/1.jpg"]);

        DatasetFinder.Find(root.Path, part).Annotations.Should().Be(At(file));
    }

    [Fact]
    public void Finds_the_pictures_of_a_part_beside_its_annotations()
    {
        Touch("train/_annotations.coco.json", "train/1.jpg", "valid/_annotations.coco.json", "valid/2.jpg");

        DatasetFinder.Find(root.Path, "train").Images.Should().Be(At("train"));
        DatasetFinder.Find(root.Path, "val").Images.Should().Be(At("valid"));
        DatasetFinder.Find(At("valid/_annotations.coco.json"), "train").Images.Should().Be(At("valid"));
    }

    [Theory]
    // As Label Studio writes it, on several machines.
    [InlineData("images/1.png")]
    [InlineData(@"images\1.png")]
    [InlineData("1.png")]
    [InlineData("../../label-studio/data/media/upload/1/1.png")]
    [InlineData(@"C:\Users\me\upload\1.png")]
    [InlineData("https://site.example/upload/1.png")]
    [InlineData("/data/local-files/?d=1.png")]
    public void Finds_pictures_whose_names_have_folders_of_another_machine(string name)
    {
        using var set = new DatasetFolder().Pictures("images/1.png").Text("result.json", OneObject(name));

        var dataset = set.Open();

        dataset.Lines().Should().Equal("1.png: traffic light 10 20 39 59");
        dataset.Log.Problems.Should().BeEmpty();
    }

    [Theory]
    [InlineData("images/my%20photo%20%C3%A9.png")]
    [InlineData(@"images\my%20photo%20%C3%A9.png")]
    [InlineData("https://site.example/data/upload/1/my%20photo%20%C3%A9.png")]
    [InlineData("my photo \u00e9.png")]
    public void Finds_pictures_whose_names_are_written_as_in_web_addresses(string name)
    {
        using var set = new DatasetFolder().Pictures("images/my photo \u00e9.png").Text("result.json", OneObject(name));

        set.Open().Lines().Should().Equal("my photo \u00e9.png: traffic light 10 20 39 59");
    }

    [Theory]
    [InlineData("100%25.png", "100%25.png")]
    [InlineData("100%.png", "100%.png")]
    [InlineData("100%25.png", "100%.png")]
    public void A_name_that_is_there_as_it_stands_comes_first(string name, string file)
    {
        using var set = new DatasetFolder().Pictures("images/100%.png", $"images/{file}").Text("result.json", OneObject(name));

        set.Open().Images.Single().Path.Should().Be(set[$"images/{file}"]);
    }

    [Theory]
    [InlineData("..%2Fsecret.png")]
    [InlineData("1.png%00")]
    public void Names_that_lead_out_are_found_nowhere(string name)
    {
        using var set = new DatasetFolder().Pictures("secret.png", "images/1.png").Text("result.json", OneObject(name));

        FluentActions.Invoking(() => set.Open()).Should().Throw<AlignException>().WithMessage("*none is left*");
    }

    [Theory]
    // As FiftyOne and others write it.
    [InlineData("train/labels.json", "train/data/1.png", "validation/labels.json", "validation/data/2.png")]
    [InlineData("train/annotations.json", "train/images/1.png", "val/annotations.json", "val/images/2.png")]
    // As CVAT writes it, where parts have capital letters.
    [InlineData(
        "annotations/instances_Train.json",
        "images/Train/1.png",
        "annotations/instances_Validation.json",
        "images/Validation/2.png"
    )]
    public void Finds_the_pictures_of_a_part(string json, string picture, string otherJson, string otherPicture)
    {
        using var set = new DatasetFolder()
            .Pictures(picture, otherPicture)
            .Text(json, OneObject("1.png"))
            .Text(otherJson, OneObject("2.png"));

        set.Open().Images.Single().Path.Should().Be(set[picture]);
        set.Open("val").Images.Single().Path.Should().Be(set[otherPicture]);
    }

    [Theory]
    [InlineData("set.zip")]
    [InlineData("set.tar.gz")]
    [InlineData("set.7z")]
    public void An_archive_is_to_be_unpacked(string name)
    {
        Touch($"download/{name}");

        FluentActions
            .Invoking(() => DatasetFinder.Find(At($"download/{name}"), "train"))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"*{name}: expected a dataset's folder*found an archive; unpack it, and name the folder*");
        FluentActions
            .Invoking(() => DatasetFinder.Find(At("download"), "train"))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"*expected a dataset, found {name}; unpack the archive*");
    }

    [Fact]
    public void Says_what_it_looked_for()
    {
        Touch("annotations/a_train.json", "annotations/b_train.json", "images/1.jpg");

        Find("train").Should().Throw<AlignException>().WithMessage("*expected one annotation file of 'train'*a_train.json*b_train.json*");
        Find("val").Should().Throw<AlignException>().WithMessage("*expected annotations of 'val'*found annotations/a_train.json*");
        FluentActions
            .Invoking(() => DatasetFinder.Find(At("nowhere"), "train"))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*nowhere: no such file or folder*");
    }

    [Fact]
    public void Says_that_there_are_no_images()
    {
        Touch("train.json");
        root.Folder("images");

        Find("train").Should().Throw<AlignException>().WithMessage("*JPEGImages*--images*");
    }

    public void Dispose() => root.Dispose();

    private static string OneObject(string name) =>
        $$"""
            {"images": [{"id": 0, "file_name": {{JsonSerializer.Serialize(name)}}, "width": 100, "height": 80}],
             "categories": [{"id": 0, "name": "traffic light"}],
             "annotations": [{"id": 0, "image_id": 0, "category_id": 0, "bbox": [10, 20, 30, 40], "area": 1200, "iscrowd": 0}]}
            """;

    private string At(string name) => root.File(name);

    private Action Find(string split) => () => DatasetFinder.Find(root.Path, split);

    private void Touch(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
            File.WriteAllText(At(name), "");
        }
    }
}
