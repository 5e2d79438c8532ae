namespace PPYolo.Tests.Shared;

/// <summary>Finds the repository and its fixtures from wherever the tests were built to.</summary>
internal static class Fixtures
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, "fixtures", .. parts]);

    /// <summary>A case of the reference.</summary>
    public static string Reference(string name) => PathOf("reference", name);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PPYolo.sln")))
        {
            folder =
                Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException($"no PPYolo.sln above {AppContext.BaseDirectory}");
        }

        return folder;
    }
}
