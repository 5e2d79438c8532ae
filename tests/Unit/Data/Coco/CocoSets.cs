using System.IO.Compression;
using System.Text.Json;

namespace PPYolo.Tests.Unit.Data.Coco;

/// <summary>The data sets of fixtures/coco-eval with the results that pycocotools gives for them.</summary>
internal static class CocoSets
{
    private static readonly Dictionary<string, JsonElement[]> Loaded = [];

    public static JsonElement Get(string file, int index) => Load(file)[index];

    public static JsonElement[] Load(string file)
    {
        if (!Loaded.TryGetValue(file, out var sets))
        {
            using var packed = File.OpenRead(Fixtures.PathOf("coco-eval", file));
            using var stream = new GZipStream(packed, CompressionMode.Decompress);
            sets = [.. JsonDocument.Parse(stream).RootElement.GetProperty("sets").EnumerateArray()];
            Loaded.Add(file, sets);
        }

        return sets;
    }
}
