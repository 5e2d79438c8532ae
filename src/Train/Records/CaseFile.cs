using System.Text.Json;
using System.Text.Json.Nodes;
using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Json;
using PPYolo.Align.Records;
using PPYolo.Train.Options;

namespace PPYolo.Train.Records;

/// <summary>Reads case files, of records as of references.</summary>
internal static class CaseFile
{
    /// <summary>Reads a case file; whether its values can be, <see cref="TrainOptions.Validate"/> says.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">Every setting; null is <see cref="Setting.All"/>.</param>
    /// <param name="complete">Adds what the file lacks and something else tells; null adds nothing.</param>
    /// <exception cref="AlignException">It is malformed.</exception>
    public static T Read<T>(string path, IEnumerable<Setting>? settings = null, Action<JsonObject>? complete = null)
        where T : CaseHead
    {
        IReadOnlyList<string> notes = [];
        var file = StrictJson.Parse<T>(
            InputFile.ReadText(path),
            path,
            members =>
            {
                complete?.Invoke(members);
                notes = LaterSettings.Fill(members, path, inCase: true, settings);
                RequireKnownNames(members, path);
            }
        );
        return (T)((CaseHead)file with { Notes = notes });
    }

    /// <summary>Whether a case file has settings of this program; where it cannot be read, whoever reads it says why.</summary>
    public static bool HasSettings(string path)
    {
        try
        {
            return JsonNode.Parse(InputFile.ReadText(path)) is not JsonObject members
                || Setting.All.Any(setting => setting.IsInCases && members.ContainsKey(setting.NameInCase));
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            return true;
        }
    }

    /// <summary>The serializer knows the names of an enumeration too, but does not say them.</summary>
    private static void RequireKnownNames(JsonObject members, string path)
    {
        foreach (var setting in Setting.All.Where(setting => setting is { IsInCases: true, Type.IsEnum: true }))
        {
            if (
                members[setting.NameInCase] is JsonValue value
                && value.GetValueKind() == JsonValueKind.String
                && !setting.Range.Names!.Contains(value.GetValue<string>())
            )
            {
                throw setting.Refusal(value.GetValue<string>(), path, inCase: true);
            }
        }
    }
}
