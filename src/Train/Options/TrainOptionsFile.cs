using System.Text.Json;
using System.Text.Json.Nodes;
using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Json;

namespace PPYolo.Train.Options;

/// <summary>Reads configurations by name or path and applies overrides.</summary>
public static class TrainOptionsFile
{
    /// <summary>The folder of the configurations that come with the program.</summary>
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "configs");

    /// <summary>The names of the configurations that come with the program.</summary>
    public static IReadOnlyList<string> Names =>
        [.. Directory.GetFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    /// <summary>Reads a configuration.</summary>
    /// <param name="nameOrPath">One of <see cref="Names"/>, or a JSON file.</param>
    /// <param name="overrides">key=value, applied in order; values are JSON, or text where they are not.</param>
    /// <exception cref="AlignException">It is not found, malformed, has an unknown key, or a value that cannot be.</exception>
    public static TrainOptions Read(string nameOrPath, IEnumerable<string> overrides)
    {
        var path = File.Exists(nameOrPath) ? nameOrPath : Path.Combine(Folder, nameOrPath + ".json");
        if (!File.Exists(path))
        {
            throw new AlignException(
                $"configuration '{nameOrPath}' is neither a file nor a known name{NearestName.Hint(nameOrPath, Names)}"
            );
        }

        var text = InputFile.ReadText(path);
        StrictJson.Parse<TrainOptions>(text, path);
        var node = JsonNode
            .Parse(text, documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!
            .AsObject();
        return Override(node, overrides, overrides.Any() ? $"{Path.GetFileName(path)} with --set" : Path.GetFileName(path));
    }

    /// <summary>Changes options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="overrides">key=value, as in <see cref="Read"/>.</param>
    /// <param name="source">Where they are from, for messages.</param>
    /// <exception cref="AlignException">A key is unknown, or a value cannot be.</exception>
    public static TrainOptions Override(TrainOptions options, IEnumerable<string> overrides, string source) =>
        Override(JsonNode.Parse(StrictJson.Text(options))!.AsObject(), overrides, source);

    private static TrainOptions Override(JsonObject node, IEnumerable<string> overrides, string source)
    {
        foreach (var setting in overrides)
        {
            var split = setting.IndexOf('=', StringComparison.Ordinal);
            if (split <= 0)
            {
                throw new AlignException($"--set takes key=value, found '{setting}'");
            }

            node[setting[..split]] = Value(setting[(split + 1)..]);
        }

        return StrictJson.Parse<TrainOptions>(node.ToJsonString(), source).Validate(source);
    }

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
