using System.Text.Json.Nodes;
using PPYolo.Align.Json;

namespace PPYolo.Train.Options;

/// <summary>
/// Settings that came after the first release. A file that lacks one is older and means its neutral value, by which programs behaved that
/// did not have it; a value that is neutral is no part of what goldens are hashed by, so that a new setting breaks none.
/// </summary>
internal static class LaterSettings
{
    /// <summary>Gives an object of settings what it lacks.</summary>
    /// <param name="members">The object.</param>
    /// <param name="source">Where it is from, for the notes.</param>
    /// <param name="inCase">Whether it is a case file.</param>
    /// <param name="settings">Every setting; null is <see cref="Setting.All"/>.</param>
    /// <returns>A sentence on each that it lacked.</returns>
    public static IReadOnlyList<string> Fill(JsonObject members, string source, bool inCase, IEnumerable<Setting>? settings = null)
    {
        var notes = new List<string>();
        foreach (var setting in Later(settings).Where(setting => setting.IsInCases || !inCase))
        {
            var name = inCase ? setting.NameInCase : setting.Name;
            if (!members.ContainsKey(name))
            {
                members[name] = JsonNode.Parse(setting.Neutral!);
                notes.Add($"{source} has no '{name}', which came later: it is taken as {setting.Neutral}, as programs before it did");
            }
        }

        return notes;
    }

    /// <summary>The JSON of options or a case by which goldens are hashed: later settings are in it where they are not neutral.</summary>
    /// <param name="value">Options, or a case.</param>
    /// <param name="settings">Every setting; null is <see cref="Setting.All"/>.</param>
    public static string HashedText<T>(T value, IEnumerable<Setting>? settings = null)
    {
        var members = JsonNode.Parse(StrictJson.Text(value))!.AsObject();
        foreach (var setting in Later(settings))
        {
            foreach (var name in new[] { setting.Name, setting.NameInCase })
            {
                if (members.TryGetPropertyValue(name, out var found) && JsonNode.DeepEquals(found, JsonNode.Parse(setting.Neutral!)))
                {
                    members.Remove(name);
                }
            }
        }

        return StrictJson.Text(members);
    }

    private static IEnumerable<Setting> Later(IEnumerable<Setting>? settings) =>
        (settings ?? Setting.All).Where(setting => setting.Neutral is not null);
}
