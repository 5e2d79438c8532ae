namespace PPYolo.Tests.Unit.House;

/// <summary>A file is short, or says why it is not.</summary>
public sealed class FileLengthTests
{
    private const int Longest = 250;

    private const string Reason = "// Longer than others: ";

    [Fact]
    public void A_long_file_says_why_and_no_other_does()
    {
        var files = Directory
            .EnumerateFiles(Path.Combine(Fixtures.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Select(file => (Name: Path.GetRelativePath(Fixtures.Root, file), Lines: File.ReadAllLines(file)))
            .ToList();

        files.Should().HaveCountGreaterThan(500, "the folder must be that of the repository");
        files
            .Where(file => file.Lines.Length > Longest != Array.Exists(file.Lines, SaysWhy))
            .Select(file => $"{file.Name}: {file.Lines.Length} lines")
            .Should()
            .BeEmpty("a file over {0} lines is split, or says why it stays one in a line that begins with '{1}'", Longest, Reason);
    }

    private static bool SaysWhy(string line) => line.StartsWith(Reason, StringComparison.Ordinal) && line.Length > Reason.Length + 20;
}
