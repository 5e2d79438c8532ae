using System.Text.Json;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>The files of fixtures/formats and what expected.json says of them.</summary>
internal static class Fixture
{
    private static readonly Lazy<JsonDocument> Facts = new(() => JsonDocument.Parse(File.ReadAllBytes(PathOf("expected.json"))));

    public static string Folder { get; } = Path.Combine(RepositoryRoot(), "fixtures", "formats");

    public static JsonElement Expected => Facts.Value.RootElement;

    public static string PathOf(string name) => Path.Combine(Folder, name);

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PPYolo.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"no PPYolo.sln above {AppContext.BaseDirectory}");
    }
}
