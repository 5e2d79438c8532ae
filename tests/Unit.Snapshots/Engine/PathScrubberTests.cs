using System.Text;
using PPYolo.Tests.Snapshots.Engine;

namespace PPYolo.Tests.Unit.Snapshots.Engine;

public class PathScrubberTests
{
    private static readonly PathScrubber Scrubber = new([
        ("/home/me/repo/tests/", "{P}"),
        ("/home/me/repo", "{S}"),
        ("/home/me", "{U}"),
        ("", "{E}"),
        ("/home/me/", "{V}"),
    ]);

    [Theory]
    [InlineData("/home/me/repo/tests/a.cs", "{P}a.cs")]
    [InlineData("at /home/me/repo/src: x", "at {S}src: x")]
    [InlineData("(/home/me)", "({U})")]
    [InlineData("\\home\\me\\repo\\tests\\a", "{P}a")]
    [InlineData("/home/means", "/home/means")]
    [InlineData("x/home/me", "x/home/me")]
    [InlineData("/home/me/repo2/tests", "{U}repo2/tests")]
    [InlineData("", "")]
    public void The_longest_whole_directory_is_replaced(string text, string expected)
    {
        var builder = new StringBuilder(text);
        Scrubber.Scrub(builder);
        builder.ToString().Should().Be(expected);
    }
}
