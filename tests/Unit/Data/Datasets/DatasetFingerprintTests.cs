using PPYolo.Data.Datasets;
using PPYolo.Tests.Unit.Data.Layouts;

namespace PPYolo.Tests.Unit.Data.Datasets;

/// <summary>Whatever the layout: a change of a label is noticed.</summary>
public sealed class DatasetFingerprintTests : IDisposable
{
    private readonly DatasetFolder set = new();

    [Theory]
    [InlineData("VOC2012/ImageSets/Main/train.txt")]
    [InlineData("VOC2012/ImageSets/Main/cat_train.txt", "VOC2012/ImageSets/Main/dog_train.txt")]
    [InlineData("VOC2012/train.txt")]
    [InlineData]
    public void Of_VOC_it_is_that_of_the_XML(params string[] lists)
    {
        set.Pictures("VOC2012/JPEGImages/1.png").Text("VOC2012/Annotations/1.xml", Xml(50));
        foreach (var list in lists)
        {
            set.Text(list, "1 1\n");
        }

        ExpectChange("VOC2012/Annotations/1.xml", Xml(51));
    }

    [Theory]
    [InlineData("names: [a]\ntrain: list.txt")]
    [InlineData("names: [a]\ntrain: [list.txt, more]")]
    [InlineData("names: [a]\ntrain: [one/images, more]")]
    [InlineData("names: [a]\ntrain: one/images")]
    public void Of_YOLO_it_is_that_of_the_labels(string yaml)
    {
        set.Pictures("one/images/1.png", "more/images/2.png")
            .Text("one/labels/1.txt", "0 0.5 0.5 0.2 0.5")
            .Text("list.txt", "one/images/1.png")
            .Text("data.yaml", yaml);

        ExpectChange("one/labels/1.txt", "0 0.5 0.5 0.2 0.6");
    }

    public void Dispose() => set.Dispose();

    private void ExpectChange(string file, string text)
    {
        var before = DatasetFingerprint.Of(set.Open());
        before.Difference(DatasetFingerprint.Of(set.Open())).Should().BeNull();

        set.Text(file, text);

        before.Difference(DatasetFingerprint.Of(set.Open())).Should().Be("the annotations");
    }

    private static string Xml(int right) =>
        $"<annotation><object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>{right}</xmax><ymax>40</ymax></bndbox></object>"
        + "</annotation>";
}
