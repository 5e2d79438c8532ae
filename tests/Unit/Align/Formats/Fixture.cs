using System.Text.Json;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>The files of fixtures/formats and what expected.json says of them.</summary>
internal static class Fixture
{
    private static readonly Lazy<JsonDocument> Facts = new(() => JsonDocument.Parse(File.ReadAllBytes(PathOf("expected.json"))));

    public static string Folder { get; } = Fixtures.PathOf("formats");

    public static JsonElement Expected => Facts.Value.RootElement;

    public static string PathOf(string name) => Path.Combine(Folder, name);
}
