using System.Collections.Immutable;
using System.Text.RegularExpressions;
using PPYolo.Data.Imaging;
using PPYolo.Data.Loading;
using PPYolo.Data.Showing;
using PPYolo.Data.Transforms;
using PPYolo.Model.Networks;

namespace PPYolo.Tests.Unit.Data.Showing;

public class DatasetPageTests
{
    private static readonly LoaderOptions Options = new()
    {
        Seed = "1",
        Batch = 3,
        Sizes = [96],
        Workers = 0,
    };

    [SkippableFact]
    public void Shows_each_image_of_the_first_batch_in_three_ways()
    {
        NativePixels.OrSkip();
        using var set = TinySet.Of(5);
        var dataset = set.Open();

        var page = DatasetPage.Of(dataset, NetworkPresets.R18Vd, Options);

        Count(page, "<figure>").Should().Be(9);
        Count(page, "as stored, [0-9x ]+</figcaption>").Should().Be(3);
        Count(page, "href=\"data:image/jpeg;base64,").Should().Be(9);
        page.Should().NotContain("<script").And.NotContain("src=").And.Contain("<html lang=\"en\">");
    }

    [SkippableFact]
    public void Cells_and_boxes_are_those_of_the_batch_that_is_trained_on()
    {
        NativePixels.OrSkip();
        using var set = TinySet.Of(5);
        var dataset = set.Open();
        var network = NetworkPresets.R18Vd with { Classes = 2 };
        using var batches = new DatasetBatches(dataset, network, Options);
        var batch = batches.At(0);
        var scores = 0;
        for (var image = 0; image < 3; image++)
        {
            scores += batch.Targets.Sum(target => Scores(target.As<float>().ToArray(), target.Shape, image));
        }

        var page = DatasetPage.Of(dataset, NetworkPresets.R18Vd, Options);

        Count(page, "<rect class=\"level").Should().Be(scores).And.BePositive();
        Enumerable.Range(0, 3).Sum(image => TargetCell.Of(batch, image).Count()).Should().Be(scores);
    }

    [SkippableFact]
    public void Counts_classes_and_sizes_and_lists_bad_records_as_text()
    {
        NativePixels.OrSkip();
        using var set = TinySet
            .Of(3)
            .Category(9, "<b>never</b>")
            .Image(4, file: false)
            .Box(70, 1, 3, [0, 0, 40, 40])
            .Box(71, 1, 99, [0, 0, 5, 5]);

        var page = DatasetPage.Of(set.Open(), NetworkPresets.R18Vd, Options);

        page.Should()
            .Contain("<th scope=\"row\">seventh</th><td class=\"number\">3</td><td class=\"number\">3</td>")
            .And.Contain("<th scope=\"row\">third</th><td class=\"number\">1</td><td class=\"number\">1</td>")
            .And.Contain("<th scope=\"row\">&lt;b&gt;never&lt;/b&gt;</th><td class=\"number\">0</td>")
            .And.Contain("<th scope=\"row\">32 to 64</th><td class=\"number\">1</td>")
            .And.Contain("<li>1 MissingImage</li>")
            .And.Contain("annotation id 71 has category id 99")
            .And.NotContain("<b>");
    }

    [SkippableFact]
    public void A_picture_is_the_image_that_was_normalized()
    {
        NativePixels.OrSkip();
        using var image = PixelImage.OfBytes(4, 4);
        for (var i = 0; i < 48; i++)
        {
            image.Bytes[i] = (byte)(i * 5);
        }

        var planes = new float[48];
        ImageNormalization.Write(image, planes);
        using var read = ImageNormalization.Read(planes, 4);

        read.Bytes.ToArray().Should().Equal(image.Bytes.ToArray());
    }

    private static int Scores(float[] values, ImmutableArray<long> shape, int image)
    {
        var (anchors, channels, plane) = ((int)shape[1], (int)shape[2], (int)(shape[3] * shape[4]));
        return Enumerable
            .Range(0, anchors)
            .Sum(anchor =>
                values.AsSpan(((((image * anchors) + anchor) * channels) + 5) * plane, plane).ToArray().Count(score => score > 0)
            );
    }

    private static int Count(string page, string text) => Regex.Count(page, text);
}
