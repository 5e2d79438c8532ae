using System.Collections;
using System.Globalization;
using System.Text;
using VerifyTests;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>Writes the arguments of a theory as they stand in file names: <c>_name=value_other=value</c>.</summary>
internal static class ParameterText
{
    public static string Of(IEnumerable<(string Name, object? Value)> parameters)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            text.Append('_').Append(name).Append('=');
            Append(text, value, isRoot: true);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value, bool isRoot)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string plain:
                text.Append(FileNames.Clean(plain));
                break;
            case not null when VerifierSettings.TryName(value, out var name):
                text.Append(name);
                break;
            case DateTime time:
                text.Append(Date(time, time.TimeOfDay)).Append(time.Kind == DateTimeKind.Unspecified ? "" : time.Kind.ToString());
                break;
            case DateTimeOffset time:
                text.Append(Date(time, time.TimeOfDay)).Append(Offset(time.Offset));
                break;
            case DateOnly date:
                text.Append(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case TimeOnly time:
                text.Append(time.ToString("h-mm-tt", CultureInfo.InvariantCulture));
                break;
            case IEnumerable items:
                AppendItems(text, items, isRoot);
                break;
            case DictionaryEntry pair:
                AppendPair(text, pair.Key, pair.Value);
                break;
            default:
                AppendOther(text, value);
                break;
        }
    }

    private static void AppendItems(StringBuilder text, IEnumerable items, bool isRoot)
    {
        var before = text.Length;
        foreach (var item in items)
        {
            text.Append(text.Length == before ? "" : ",");
            Append(text, item, isRoot: false);
        }

        var isEmpty = text.Length == before;
        if (isEmpty || !isRoot)
        {
            text.Insert(before, '[').Append(']');
        }
    }

    private static void AppendOther(StringBuilder text, object value)
    {
        var type = value.GetType();
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>))
        {
            AppendPair(text, type.GetProperty("Key")!.GetValue(value), type.GetProperty("Value")!.GetValue(value));
            return;
        }

        text.Append(FileNames.Clean(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "null"));
    }

    private static void AppendPair(StringBuilder text, object? key, object? value)
    {
        Append(text, key, isRoot: true);
        text.Append('=');
        Append(text, value, isRoot: true);
    }

    // Only as precise as the time is, and with hyphens for the colons that file names cannot have.
    private static string Date(IFormattable time, TimeSpan ofDay) =>
        time.ToString(
            ofDay == TimeSpan.Zero ? "yyyy-MM-dd"
                : ofDay is { Seconds: 0, Milliseconds: 0 } ? "yyyy-MM-ddTHH-mm"
                : ofDay.Milliseconds == 0 ? "yyyy-MM-ddTHH-mm-ss"
                : "yyyy-MM-ddTHH-mm-ss.FFFFFFF",
            CultureInfo.InvariantCulture
        );

    private static string Offset(TimeSpan offset)
    {
        var minutes =
            offset.Minutes == 0 ? ""
            : offset > TimeSpan.Zero ? $"-{offset.Minutes:00}"
            : $"{offset.Minutes:00}";
        return string.Create(CultureInfo.InvariantCulture, $"{(offset < TimeSpan.Zero ? "" : "+")}{offset.Hours}{minutes}");
    }
}
