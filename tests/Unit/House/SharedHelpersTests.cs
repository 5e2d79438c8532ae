namespace PPYolo.Tests.Unit.House;

/// <summary>Tests find the repository and make temporary folders in one place: tests/Shared.</summary>
public sealed class SharedHelpersTests
{
    [Theory]
    [InlineData("PPYolo" + ".sln\")")]
    [InlineData("Create" + "TempSubdirectory(")]
    public void Only_the_shared_helpers_do_it(string call) =>
        Directory
            .EnumerateFiles(Path.Combine(Fixtures.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains(call, StringComparison.Ordinal))
            .Select(file => Path.GetFileName(Path.GetDirectoryName(file)))
            .Should()
            .Equal("Shared");
}
