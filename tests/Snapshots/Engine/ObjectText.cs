using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>
/// Writes an object as text in Verify's layout: indented like JSON, but names and values without quotes, so that a diff shows what a person
/// would write. Members that are null are left out. Only plain data looks exactly as in Verify, which has rules for many types more.
/// </summary>
internal static class ObjectText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IncludeFields = true,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Of(object value)
    {
        if (value is IFormattable or bool or char)
        {
            return Convert.ToString(value, CultureInfo.InvariantCulture)!;
        }

        var text = new StringBuilder();
        Append(text, JsonSerializer.SerializeToNode(value, value.GetType(), Options), "");
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? node, string indent)
    {
        switch (node)
        {
            case JsonObject members:
                AppendBlock(
                    text,
                    '{',
                    '}',
                    members,
                    indent,
                    (member, inner) =>
                    {
                        text.Append(member.Key).Append(": ");
                        Append(text, member.Value, inner);
                    }
                );
                break;
            case JsonArray items:
                AppendBlock(text, '[', ']', items, indent, (item, inner) => Append(text, item, inner));
                break;
            case null:
                text.Append("null");
                break;
            default:
                // A string's quotes would be escaped within; the raw value is meant for reading.
                text.Append(node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString());
                break;
        }
    }

    private static void AppendBlock<T>(
        StringBuilder text,
        char open,
        char close,
        ICollection<T> items,
        string indent,
        Action<T, string> append
    )
    {
        text.Append(open);
        var inner = indent + "  ";
        var isFirst = true;
        foreach (var item in items)
        {
            text.Append(isFirst ? "\n" : ",\n").Append(inner);
            append(item, inner);
            isFirst = false;
        }

        text.Append(isFirst ? "" : $"\n{indent}").Append(close);
    }
}
