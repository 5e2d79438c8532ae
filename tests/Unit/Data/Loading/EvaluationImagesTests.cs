using PPYolo.Align;
using PPYolo.Data.Loading;

namespace PPYolo.Tests.Unit.Data.Loading;

public class EvaluationImagesTests
{
    [SkippableFact]
    public void Reads_all_images_in_order_but_those_without_objects_and_those_that_cannot_be_decoded()
    {
        NativePixels.OrSkip();
        using var set = TinySet.Of(4).Image(5, box: false).Image(6);
        set.Damage(3, bytes => bytes[..^500]);
        var dataset = set.Open();

        var batches = EvaluationImages.Read(dataset, 64, 2).ToList();

        batches.Select(batch => string.Join(",", batch.Records.Select(record => record.Id))).Should().Equal("1,2", "4", "6");
        batches.Select(batch => batch.Images.ShapeText).Should().Equal("2x3x64x64", "1x3x64x64", "1x3x64x64");
        foreach (var batch in batches)
        {
            for (var i = 0; i < batch.Records.Length; i++)
            {
                var alone = EvaluationImages.Read(batch.Records[i].Path, 64, out var width, out var height);
                (width, height).Should().Be((batch.Records[i].Width, batch.Records[i].Height));
                batch.Images.Bytes.Span.Slice(i * alone.Bytes.Length, alone.Bytes.Length).SequenceEqual(alone.Bytes.Span).Should().BeTrue();
            }
        }

        EvaluationImages
            .Read(dataset, 64, 8, onlyAnnotated: false)
            .Single()
            .Records.Select(record => record.Id)
            .Should()
            .Equal(1, 2, 4, 5, 6);
    }

    [SkippableFact]
    public void A_file_that_is_no_image_is_refused_by_name()
    {
        NativePixels.OrSkip();

        FluentActions
            .Invoking(() => EvaluationImages.Read(Fixtures.PathOf("scenes", "README.md"), 64, out _, out _))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*README.md*");
        FluentActions
            .Invoking(() => EvaluationImages.Read("/nowhere.jpg", 64, out _, out _))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*nowhere.jpg: there is no such file*");
    }
}
