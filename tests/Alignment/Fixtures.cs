namespace PPYolo.Tests.Alignment;

internal static class Fixtures
{
    public static string Root { get; } = FindRoot();

    public static string Reference(string name) => Path.Combine(Root, "fixtures", "reference", name);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PPYolo.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("PPYolo.sln was not found above " + AppContext.BaseDirectory);
    }
}
