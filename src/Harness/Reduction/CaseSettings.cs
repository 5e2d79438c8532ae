using System.Text.Json.Nodes;
using PPYolo.Align.Files;
using PPYolo.Align.Json;
using PPYolo.Align.Records;
using PPYolo.Harness.Explain;
using PPYolo.Train.Options;

namespace PPYolo.Harness.Reduction;

/// <summary>The settings of a run that the program knows which recorded it: an earlier one refuses those that came later.</summary>
internal static class CaseSettings
{
    /// <summary>Those that its case.json has, as a configuration file.</summary>
    /// <param name="run">A run with settings.</param>
    public static string Of(ExplainedRun run)
    {
        var path = Path.Combine(run.Name, CaseHead.FileName);
        var recorded = JsonNode.Parse(InputFile.ReadText(path))!.AsObject();
        var settings = JsonNode.Parse(StrictJson.Text(run.Options!))!.AsObject();
        foreach (var setting in Setting.All.Where(setting => !setting.IsInCases || !recorded.ContainsKey(setting.NameInCase)))
        {
            settings.Remove(setting.Name);
        }

        return settings.ToJsonString(new() { WriteIndented = true });
    }
}
