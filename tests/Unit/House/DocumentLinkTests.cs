using System.Text.RegularExpressions;

namespace PPYolo.Tests.Unit.House;

/// <summary>What a page links or names is there: files that were moved or split do not leave old names behind.</summary>
public sealed partial class DocumentLinkTests
{
    private static readonly string[] Pages =
    [
        Path.Combine(Fixtures.Root, "README.md"),
        Path.Combine(Fixtures.Root, "AGENTS.md"),
        .. Directory.EnumerateFiles(Path.Combine(Fixtures.Root, "docs"), "*.md"),
    ];

    [Fact]
    public void Links_lead_to_files()
    {
        var links = Pages
            .SelectMany(page => Link().Matches(File.ReadAllText(page)).Select(link => (page, target: link.Groups[1].Value)))
            .Where(link => !link.target.StartsWith("http", StringComparison.Ordinal))
            .ToList();

        links.Should().HaveCountGreaterThan(50, "the pages must be those of the repository");
        links
            .Where(link => !Path.Exists(Path.GetFullPath(link.target, Path.GetDirectoryName(link.page)!)))
            .Select(link => $"{Path.GetFileName(link.page)}: {link.target}")
            .Should()
            .BeEmpty("a link leads to a file or a folder of the repository");
    }

    [Fact]
    public void Paths_in_the_text_are_those_of_files()
    {
        var paths = Pages
            .SelectMany(page => Named().Matches(File.ReadAllText(page)).Select(path => (page, path: path.Value)))
            .Where(one => !MadeByCommands().IsMatch(one.path))
            .ToList();

        paths.Should().HaveCountGreaterThan(100, "the pages must be those of the repository");
        paths
            .Where(one => !Path.Exists(Path.Combine(Fixtures.Root, one.path)))
            .Select(one => $"{Path.GetFileName(one.page)}: {one.path}")
            .Should()
            .BeEmpty("a page names files and folders as they are called now");
    }

    // A heading behind # is not looked for, nor is a link within its own page.
    [GeneratedRegex(@"\]\(([^)#\s]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<![\w/.-])(?:src|tests|docs|fixtures|eng|samples|benchmarks|python)/[\w./-]*\w")]
    private static partial Regex Named();

    // What a build or a test run writes is not in the repository.
    [GeneratedRegex(@"/bin/|\.received\.|/TestResults\b")]
    private static partial Regex MadeByCommands();
}
