using PPYolo.Align;
using PPYolo.Align.Json;

namespace PPYolo.Tests.Unit.Align.Json;

public sealed class AtomicTextTests
{
    [Fact]
    public void Replaces_the_file_and_leaves_nothing_beside_it()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.json"), "before");

        AtomicText.Write(folder.File("a.json"), "after");

        File.ReadAllText(folder.File("a.json")).Should().Be("after\n");
        folder.Names().Should().Equal("a.json");
    }

    [Fact]
    public void A_failure_leaves_what_was_there()
    {
        using var folder = new TemporaryFolder();
        // A folder cannot be replaced by a file.
        Directory.CreateDirectory(folder.File("a.json"));

        var write = () => AtomicText.Write(folder.File("a.json"), "after");

        write
            .Should()
            .Throw<AlignException>()
            .WithMessage($"{folder.File("a.json")}: expected the name of a file to write, found a folder*");
        folder.Names().Should().Equal("a.json");
        Directory.Exists(folder.File("a.json")).Should().BeTrue();
    }
}
