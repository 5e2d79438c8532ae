using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts;
using PPYolo.MakeScenes;

namespace PPYolo.Tests.Unit.Data.Datasets;

/// <summary>The rendered dataset is clean and balanced.</summary>
public class ScenesTests
{
    [Theory]
    [InlineData("train", 200, 20)]
    [InlineData("val", 50, 4)]
    public void Every_record_is_good_and_every_class_is_there(string split, int images, int least)
    {
        var dataset = DetectionDataset.Open(DatasetFinder.Find(Fixtures.PathOf("scenes"), split), new() { Strict = true, Classes = 20 });

        dataset
            .Images.Should()
            .HaveCount(images)
            .And.OnlyContain(image => image.Objects.Length >= 1 && image.Width >= 160 && image.Width <= 256 && image.Height <= 256);
        dataset
            .Images.SelectMany(image => image.Objects)
            .GroupBy(box => box.Class)
            .Should()
            .HaveCount(20)
            .And.OnlyContain(group => group.Count() >= least);
        dataset
            .Categories.Select(category => category.Name)
            .Should()
            .StartWith(["aeroplane", "bicycle"])
            .And.EndWith(["train", "tvmonitor"]);
    }

    [SkippableFact]
    public void It_is_what_the_program_makes()
    {
        NativePixels.OrSkip();
        var deck = new Deck("val");

        var scenes = Enumerable.Range(1, 5).Select(number => Scene.Paint("val", number, deck.Next)).ToList();

        foreach (var scene in scenes)
        {
            scene
                .ToJpeg()
                .AsSpan()
                .SequenceEqual(File.ReadAllBytes(Fixtures.PathOf("scenes", "images", scene.FileName)))
                .Should()
                .BeTrue(scene.FileName);
        }

        var annotations = File.ReadAllText(Fixtures.PathOf("scenes", "annotations", "val.json"));
        CocoFile
            .Of(scenes)
            .Split('\n')
            .Select(line => line.TrimEnd(','))
            .Should()
            .OnlyContain(line => annotations.Contains(line, StringComparison.Ordinal));
    }

    [Fact]
    public void It_stays_small() =>
        Directory
            .EnumerateFiles(Fixtures.PathOf("scenes"), "*", SearchOption.AllDirectories)
            .Sum(file => new FileInfo(file).Length)
            .Should()
            .BeLessThan(6 << 20);
}
