namespace PPYolo.Tests.Unit.House;

/// <summary>Lines end where .editorconfig says. The build refuses long code (RCS0056); this looks at comments and texts too.</summary>
public sealed class LineLengthTests
{
    private const int Longest = 140;

    private static readonly string[] Folders = ["src", "tests", "benchmarks", "eng", "samples"];

    [Fact]
    public void No_line_of_code_or_comment_is_too_long()
    {
        var files = Folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Fixtures.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .ToList();

        var found = files.SelectMany(file =>
            File.ReadLines(file)
                .Select((line, index) => (line, place: $"{Path.GetRelativePath(Fixtures.Root, file)}:{index + 1}"))
                .Where(one => one.line.Length > Longest)
                .Select(one => one.place)
        );

        files.Should().HaveCountGreaterThan(500, "the folders must be those of the repository");
        found.Should().BeEmpty("a line has at most {0} columns", Longest);
    }
}
