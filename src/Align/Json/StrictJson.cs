using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace PPYolo.Align.Json;

/// <summary>
/// Reads JSON into a type and refuses what the type does not have: an unknown key is an error that names the nearest known one, so that a
/// misspelt setting is never silently the default.
/// </summary>
public static partial class StrictJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { InlinedAttribute.Apply } },
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    private static readonly JsonDocumentOptions Documents = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>Parses a document.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="source">Where it is from, for messages.</param>
    /// <param name="prepare">Looks at the object before it is read, and may change it; null leaves it as it is.</param>
    /// <exception cref="AlignException">It is not JSON, has an unknown key, lacks a required one, or a value is null or of the wrong
    /// kind.</exception>
    public static T Parse<T>(string text, string source, Action<JsonObject>? prepare = null)
    {
        try
        {
            if (prepare is not null && JsonNode.Parse(text, documentOptions: Documents) is JsonObject members)
            {
                prepare(members);
                text = members.ToJsonString();
            }

            using var document = JsonDocument.Parse(text, Documents);
            RefuseUnknownKeys(document.RootElement, typeof(T), source, "");
            return document.Deserialize<T>(Options) ?? throw new AlignException($"{source}: expected an object, found null");
        }
        catch (JsonException exception)
        {
            throw new AlignException($"{source}: {Reason(exception)}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // The only thing that the parser takes and cannot give.
            throw new AlignException(
                $"{source}: expected texts of Unicode, found half a pair of surrogates, such as \\ud800 alone, {PlaceOfHalf(text)}; "
                    + "correct the text",
                exception
            );
        }
    }

    /// <summary>Writes a value as indented JSON with camel-case keys.</summary>
    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Options);

    private static void RefuseUnknownKeys(JsonElement element, Type type, string source, string path)
    {
        var info = Options.GetTypeInfo(type);
        if (element.ValueKind == JsonValueKind.Object && info.Kind == JsonTypeInfoKind.Object)
        {
            // What is not in JSON is a property that is neither read nor written.
            var properties = info.Properties.Where(property => property.Get is not null || property.Set is not null).ToList();
            foreach (var member in element.EnumerateObject())
            {
                var property =
                    properties.Find(p => p.Name == member.Name)
                    ?? throw new AlignException(
                        $"{source}: unknown key '{path}{member.Name}'{NearestName.Hint(member.Name, properties.Select(p => p.Name))}"
                    );
                RefuseUnknownKeys(member.Value, property.PropertyType, source, $"{path}{member.Name}.");
            }
        }
        else if (element.ValueKind == JsonValueKind.Object && info is { Kind: JsonTypeInfoKind.Dictionary, ElementType: { } values })
        {
            foreach (var member in element.EnumerateObject())
            {
                RefuseNull(member.Value, values, source, path + member.Name);
                RefuseUnknownKeys(member.Value, values, source, $"{path}{member.Name}.");
            }
        }
        else if (element.ValueKind == JsonValueKind.Array && info is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } items })
        {
            foreach (var item in element.EnumerateArray())
            {
                RefuseNull(item, items, source, path.TrimEnd('.'));
                RefuseUnknownKeys(item, items, source, path);
            }
        }
    }

    /// <summary>The serializer knows which members may be null, but not which elements.</summary>
    private static void RefuseNull(JsonElement element, Type type, string source, string path)
    {
        if (element.ValueKind == JsonValueKind.Null && Nullable.GetUnderlyingType(type) is null)
        {
            throw new AlignException($"{source}: expected a value in '{path}', found null");
        }
    }

    private static string PlaceOfHalf(string text)
    {
        var half = HalfPair().Match(text);
        var line = text.AsSpan(0, half.Index).Count('\n');
        return string.Create(CultureInfo.InvariantCulture, $"in line {line + 1}, column {half.Index - text.LastIndexOf('\n', half.Index)}");
    }

    [GeneratedRegex(
        @"(?<!\\)(?:\\\\)*(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F])"
    )]
    private static partial Regex HalfPair();

    private static string Reason(JsonException exception)
    {
        var text = exception.Message;
        var end = text.IndexOf(" Path: ", StringComparison.Ordinal);
        var place = string.IsNullOrEmpty(exception.Path) || exception.Path == "$" ? "" : $" (at {exception.Path[2..]})";
        return (Expected(text) ?? (end < 0 ? text : text[..end])) + place;
    }

    /// <summary>What the serializer says of a value of the wrong kind, without its names of types; null of anything else.</summary>
    private static string? Expected(string message)
    {
        const string Begin = "The JSON value could not be converted to ",
            Lacking = "missing required properties including: ";
        if (message.IndexOf(Lacking, StringComparison.Ordinal) is >= 0 and var at)
        {
            var names = message[(at + Lacking.Length)..].TrimEnd('.').Replace("; ", ", ", StringComparison.Ordinal);
            return $"{names} {(names.Contains(',', StringComparison.Ordinal) ? "are" : "is")} missing";
        }

        if (!message.StartsWith(Begin, StringComparison.Ordinal))
        {
            return null;
        }

        var type = message[Begin.Length..].Split(". ")[0].Replace("System.Nullable`1[", "", StringComparison.Ordinal).TrimEnd('.', ']');
        return type switch
        {
            "System.Int32" or "System.Int64" => "expected an integer",
            "System.Single" or "System.Double" => "expected a number",
            "System.Boolean" => "expected true or false",
            "System.String" => "expected text",
            _ when type.Contains("[System.Int32", StringComparison.Ordinal) => "expected a list of integers, such as [1, 2]",
            _ when type.Contains("`1[", StringComparison.Ordinal) => "expected a list, such as [...]",
            _ => "found a value of another kind, or none of the known ones",
        };
    }
}
