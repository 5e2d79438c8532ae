using System.Text.Json.Nodes;
using PPYolo.Align.Json;

namespace PPYolo.Train.Epochs;

/// <summary>Finds what differs between the settings of a run and those of a command that would resume it.</summary>
internal static class SettingsDifference
{
    /// <summary>The first difference as "key: is X in the run, Y here", or null.</summary>
    public static string? First(RunSettings run, RunSettings here) =>
        Compare("", JsonNode.Parse(StrictJson.Text(run)), JsonNode.Parse(StrictJson.Text(here)));

    private static string? Compare(string path, JsonNode? run, JsonNode? here)
    {
        if (run is JsonObject a && here is JsonObject b)
        {
            return a.Select(member => Compare(path.Length == 0 ? member.Key : $"{path}.{member.Key}", member.Value, b[member.Key]))
                .FirstOrDefault(found => found is not null);
        }

        return JsonNode.DeepEquals(run, here)
            ? null
            : $"{path} is {run?.ToJsonString() ?? "null"} in the run, {here?.ToJsonString() ?? "null"} here";
    }
}
