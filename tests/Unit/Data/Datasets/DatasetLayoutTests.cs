using PPYolo.Align;
using PPYolo.Data.Datasets;

namespace PPYolo.Tests.Unit.Data.Datasets;

public sealed class DatasetLayoutTests : IDisposable
{
    private readonly TemporaryFolder root = new();

    [Fact]
    public void Finds_VOC_as_the_reference_lays_it_out()
    {
        Touch("annotations2/voc2012_train.json", "annotations2/voc2012_val.json", "JPEGImages/2007_000027.jpg");

        DatasetLayout.Find(root.Path, "train").Should().Be(new DatasetLayout(At("annotations2/voc2012_train.json"), At("JPEGImages")));
        DatasetLayout.Find(root.Path, "val").Annotations.Should().Be(At("annotations2/voc2012_val.json"));
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

        DatasetLayout.Find(root.Path, "train").Should().Be(new DatasetLayout(At("annotations/instances_train2017.json"), At("train2017")));
    }

    [Fact]
    public void Finds_the_images_of_an_annotation_file()
    {
        Touch("somewhere/labels.json", "somewhere/images/1.jpg");

        DatasetLayout
            .Find(At("somewhere/labels.json"), "train")
            .Should()
            .Be(new DatasetLayout(At("somewhere/labels.json"), At("somewhere/images")));
        DatasetLayout.Find(At("somewhere/labels.json"), "train", "/pictures").Images.Should().Be("/pictures");
    }

    [Fact]
    public void Finds_the_scenes() =>
        DatasetLayout
            .Find(Fixtures.PathOf("scenes"), "val")
            .Should()
            .Be(new DatasetLayout(Fixtures.PathOf("scenes", "annotations", "val.json"), Fixtures.PathOf("scenes", "images")));

    [Fact]
    public void Says_what_it_looked_for()
    {
        Touch("annotations/a_train.json", "annotations/b_train.json", "images/1.jpg");

        Find("train").Should().Throw<AlignException>().WithMessage("*expected one annotation file of 'train'*a_train.json*b_train.json*");
        Find("val").Should().Throw<AlignException>().WithMessage("*expected annotations of 'val'*found a_train.json*");
        FluentActions
            .Invoking(() => DatasetLayout.Find(At("nowhere"), "train"))
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

    private string At(string name) => root.File(name);

    private Action Find(string split) => () => DatasetLayout.Find(root.Path, split);

    private void Touch(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
            File.WriteAllText(At(name), "");
        }
    }
}
