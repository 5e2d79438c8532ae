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
            return a.Concat(b)
                .Select(member => member.Key)
                .Distinct()
                .Select(key => Compare(path.Length == 0 ? key : $"{path}.{key}", a[key], b[key]))
                .FirstOrDefault(found => found is not null);
        }

        return JsonNode.DeepEquals(run, here)
            ? null
            : $"{path} is {run?.ToJsonString() ?? "null"} in the run, {here?.ToJsonString() ?? "null"} here";
    }
}
