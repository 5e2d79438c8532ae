using PPYolo.Tests.Snapshots.Engine;

namespace PPYolo.Tests.Unit.Snapshots.Engine;

public class FileNamesTests
{
    [Fact]
    public void What_any_system_forbids_becomes_a_hyphen() =>
        FileNames.Clean("a\"b\\c<d>e|f:g*h?i/j\tk\0l\u001fm").Should().Be("a-b-c-d-e-f-g-h-i-j-k-l-m");

    [Theory]
    [InlineData("plain")]
    [InlineData("größe 1,5 [x] {y} (z) #+~'`.=_-")]
    public void Everything_else_stays(string name) => FileNames.Clean(name).Should().Be(name);
}
