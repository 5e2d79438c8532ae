using PPYolo.Train.Inference;

namespace PPYolo.Tests.Unit.Train.Inference;

public class PredictionFilesTests
{
    [Fact]
    public void No_two_pictures_have_one_name()
    {
        PredictionFiles
            .PictureNames(["in/a.tif", "in/a.tif.png", "in/a.jpg", "in/b.gif"])
            .Should()
            .Equal("a.2.tif.png", "a.tif.png", "a.jpg", "b.gif.png");
    }

    [Theory]
    [InlineData("x.gif")]
    [InlineData("x.PPM")]
    [InlineData("x.jp2")]
    public void Every_format_that_can_be_decoded_is_found(string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write(name, "an image");

        PredictionFiles.Find(folder.Path).Should().Equal(folder.File(name));
    }
}
