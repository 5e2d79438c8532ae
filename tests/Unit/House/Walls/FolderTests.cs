namespace PPYolo.Tests.Unit.House.Walls;

/// <summary>A file's namespace is its folder: what the arrows between folders rest on. And tests/Unit has the folders of src.</summary>
public sealed class FolderTests
{
    private static readonly string Tests = Path.Combine(Fixtures.Root, "tests", "Unit");

    [Fact]
    public void A_files_namespace_is_its_folder_in_src()
    {
        var files = Room.OfSource.SelectMany(room => Misplaced(room.Folder, room.Namespace));

        files.Should().BeEmpty();
        Room.OfSource.Should().HaveCountGreaterThan(5);
    }

    [Fact]
    public void A_files_namespace_is_its_folder_in_the_tests() => Misplaced("tests/Unit", "PPYolo.Tests.Unit").Should().BeEmpty();

    [Fact]
    public void Tests_stand_in_folders_that_are_named_for_what_they_test()
    {
        var folders = Files(Tests)
            .Where(file => file.EndsWith("Tests.cs", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(Tests, Path.GetDirectoryName(file)!))
            .Distinct()
            .Where(folder => folder.Split('/')[0] != "House");

        folders.Where(folder => !Directory.Exists(Path.Combine(Fixtures.Root, "src", folder))).Should().BeEmpty();
    }

    private static IEnumerable<string> Misplaced(string folder, string name) =>
        from file in Files(Path.Combine(Fixtures.Root, folder))
        let inside = Path.GetRelativePath(Path.Combine(Fixtures.Root, folder), Path.GetDirectoryName(file)!)
        let expected = inside == "." ? name : $"{name}.{inside.Replace('/', '.')}"
        let text = File.ReadAllText(file)
        let found = DeclaredTypes.NamespacesIn(text).ToList()
        // Top-level statements and assembly attributes have no namespace, and declare no type.
        where found.Count > 0 ? found.Exists(it => it != expected) : DeclaredTypes.In(text).Any()
        select $"{Path.GetRelativePath(Fixtures.Root, file)} has the namespace {string.Join(", ", found)}, expected {expected}";

    private static IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));
}
