using PPYolo.Align;
using PPYolo.Train.Inference;

namespace PPYolo.Tests.Unit.Train.Inference;

public sealed class ClassNamesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Twenty_classes_are_those_of_voc_as_the_scenes_have_them() =>
        ClassNames.Of(20, null).Should().Equal(ClassNames.Of(20, Fixtures.PathOf("scenes", "annotations", "val.json")));

    [Fact]
    public void Other_classes_are_numbered_from_1() =>
        ClassNames.Of(2, null).Select(category => $"{category.Id} {category.Name}").Should().Equal("1 class 1", "2 class 2");

    [Fact]
    public void A_text_file_has_a_name_on_each_line()
    {
        File.WriteAllText(folder.File("names.txt"), "cat\n dog \n\n");

        ClassNames.Of(2, folder.File("names.txt")).Select(category => $"{category.Id} {category.Name}").Should().Equal("1 cat", "2 dog");
        FluentActions
            .Invoking(() => ClassNames.Of(3, folder.File("names.txt")))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*names.txt: expected names of 3 classes*found 2");
        FluentActions.Invoking(() => ClassNames.Of(3, folder.File("none.txt"))).Should().Throw<AlignException>().WithMessage("*none.txt*");
    }
}
