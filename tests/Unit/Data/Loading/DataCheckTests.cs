using PPYolo.Data.Datasets;
using PPYolo.Data.Loading;

namespace PPYolo.Tests.Unit.Data.Loading;

public class DataCheckTests
{
    [SkippableFact]
    public void Counts_what_is_there()
    {
        NativePixels.OrSkip();
        using var set = TinySet
            .Of(4)
            .Image(5, box: false)
            .Image(6, file: false)
            .Box(1, 1, 3, [0, 0, 50, 50])
            .Box(2, 1, 3, [3, 3, 120, 110])
            .Box(3, 1, 3, [3, 3, 9, 9], crowd: 1);
        set.Damage(4, bytes => bytes[..^500]).Write();

        var report = DataCheck.Run(set.Layout);

        (report.Images, report.Objects, report.ImagesWithoutObjects, report.Crowds, report.Decoded).Should().Be((5, 6, 1, 1, 4));
        report.ObjectSizes.Should().Be((4, 1, 1));
        report.ObjectsPerImage.Should().Be(new Spread(0, 1, 3));
        report.Classes.Should().Equal(new ClassCount("seventh", 7, 4, 4), new ClassCount("third", 3, 1, 2));
        report
            .Problems.Select(problem => (problem.Kind, problem.Id))
            .Should()
            .Equal((DataProblemKind.MissingImage, 6), (DataProblemKind.UnreadableImage, 4));
    }

    [Fact]
    public void Reads_only_headers_if_asked_to()
    {
        using var set = TinySet.Of(3);
        set.Damage(2, bytes => bytes[..^500]).Write();

        var report = DataCheck.Run(set.Layout, decode: false);

        report.Problems.Should().BeEmpty();
        report.Decoded.Should().BeNull();
    }

    [SkippableFact]
    public void Prints_every_number_and_the_first_problems()
    {
        NativePixels.OrSkip();
        using var set = TinySet.Of(3);
        for (var id = 50; id < 60; id++)
        {
            set.Box(id, 1, 99, [1, 1, 2, 2]);
        }

        set.Write();
        var writer = new StringWriter();

        DataCheck.Run(set.Layout).WriteTo(writer, most: 4);

        writer
            .ToString()
            .Should()
            .Contain("3 images (0 without objects)")
            .And.Contain("3 decoded")
            .And.Contain("0  seventh        3 objects in      3 images")
            .And.Contain("none: the network cannot learn it")
            .And.Contain("bad records  10")
            .And.Contain("10  UnknownCategory")
            .And.Contain("annotation id 53")
            .And.NotContain("annotation id 54")
            .And.Contain("... and 6 more");
    }
}
