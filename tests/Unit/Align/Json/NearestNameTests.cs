using PPYolo.Align.Json;

namespace PPYolo.Tests.Unit.Align.Json;

public sealed class NearestNameTests
{
    private static readonly string[] Known = ["r18vd", "r50vd", "ppyolov2_r50vd"];

    [Theory]
    [InlineData("r50", "r50vd")]
    [InlineData("R50VD", "r50vd")]
    [InlineData("ppyolo_r50vd", "ppyolov2_r50vd")]
    public void Suggests_what_is_near(string name, string suggestion) =>
        NearestName.Hint(name, Known).Should().Be($"; did you mean '{suggestion}'?");

    [Theory]
    [InlineData("vgg16")]
    [InlineData("darknet53")]
    public void Lists_what_is_known_where_nothing_is_near(string name) =>
        NearestName.Hint(name, Known).Should().Be("; known are r18vd, r50vd, ppyolov2_r50vd");
}
