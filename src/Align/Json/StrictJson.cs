using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PPYolo.Align.Json;

/// <summary>
/// Reads JSON into a type and refuses what the type does not have: an unknown key is an error that names the nearest known one, so that a misspelt setting is never
/// silently the default.
/// </summary>
public static class StrictJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        WriteIndented = true,
    };

    /// <summary>Parses a document.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="source">Where it is from, for messages.</param>
    /// <exception cref="AlignException">It is not JSON, has an unknown key, lacks a required one, or a value is of the wrong kind.</exception>
    public static T Parse<T>(string text, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false });
            RefuseUnknownKeys(document.RootElement, typeof(T), source, "");
            return document.Deserialize<T>(Options) ?? throw new AlignException($"{source}: expected an object, found null");
        }
        catch (JsonException exception)
        {
            throw new AlignException($"{source}: {Reason(exception)}", exception);
        }
    }

    /// <summary>Writes a value as indented JSON with camel-case keys.</summary>
    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Options);

    private static void RefuseUnknownKeys(JsonElement element, Type type, string source, string path)
    {
        var info = Options.GetTypeInfo(type);
        if (element.ValueKind == JsonValueKind.Object && info.Kind == JsonTypeInfoKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                var property = info.Properties.FirstOrDefault(p => p.Name == member.Name)
                    ?? throw new AlignException($"{source}: unknown key '{path}{member.Name}'{NearestName.Hint(member.Name, info.Properties.Select(p => p.Name))}");
                RefuseUnknownKeys(member.Value, property.PropertyType, source, $"{path}{member.Name}.");
            }
        }
        else if (element.ValueKind == JsonValueKind.Object && info is { Kind: JsonTypeInfoKind.Dictionary, ElementType: { } values })
        {
            foreach (var member in element.EnumerateObject())
            {
                RefuseUnknownKeys(member.Value, values, source, $"{path}{member.Name}.");
            }
        }
        else if (element.ValueKind == JsonValueKind.Array && info is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } items })
        {
            foreach (var item in element.EnumerateArray())
            {
                RefuseUnknownKeys(item, items, source, path);
            }
        }
    }

    private static string Reason(JsonException exception)
    {
        var text = exception.Message;
        var end = text.IndexOf(" Path: ", StringComparison.Ordinal);
        var place = string.IsNullOrEmpty(exception.Path) || exception.Path == "$" ? "" : $" (at {exception.Path[2..]})";
        return (end < 0 ? text : text[..end]) + place;
    }
}
