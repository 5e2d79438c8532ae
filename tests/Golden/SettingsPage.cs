using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PPYolo.Align.Json;
using PPYolo.Train.Options;

namespace PPYolo.Tests.Golden;

/// <summary>docs/settings.md is what the declarations of settings say.</summary>
public partial class SettingsPage
{
    [Fact]
    public void IsWhatTheDeclarationsSay()
    {
        var path = Path.Combine(Fixtures.Root, "docs", "settings.md");
        var page = Page();
        var found = File.Exists(path) ? File.ReadAllText(path) : "";
        if (found != page)
        {
            File.WriteAllText(path, page);
        }

        found.Should().Be(page, "docs/settings.md is made from the declarations; it was written anew: look at it and commit it");
    }

    private static string Page()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # Settings

            A configuration is a JSON file with some of these keys; what it leaves out has its default. `--set key=value` changes one for a
            command, `--config` takes a name (`ppyolo train --help` lists them) or a file. What a run or a record was trained with is in its
            run.json or case.json. This page is made from src/Train/Options/TrainOptions.cs.

            """
        );
        foreach (var concern in Enum.GetValues<Concern>())
        {
            text.Append(
                $"""

                ## {Heading(concern)}

                | key | default | allowed | what it is |
                |---|---|---|---|

                """
            );
            foreach (var setting in Setting.All.Where(setting => setting.Concern == concern))
            {
                text.Append($"| {setting.Name} | {Default(setting)} | {Allowed(setting)} | {Description(setting)} |\n");
            }
        }

        return text.Replace("\r", "").ToString();
    }

    private static string Heading(Concern concern) =>
        concern switch
        {
            Concern.Network => "The network",
            Concern.Data => "Batches",
            Concern.Recipe => "How weights change",
            Concern.Run => "Length and evaluation of a run over epochs",
            _ => throw new ArgumentOutOfRangeException(nameof(concern)),
        };

    private static string Default(Setting setting) =>
        JsonNode.Parse(StrictJson.Text(new TrainOptions()))![setting.Name]?.ToJsonString() ?? "null";

    private static string Allowed(Setting setting) => setting.Range.ToString();

    private static string Description(Setting setting)
    {
        var text = Summary(setting.PropertyName);
        text += setting.NameInCase == setting.Name ? "" : $" In a case file it is {setting.NameInCase}, in iterations.";
        return text + (setting.Neutral is null ? "" : $" Files that lack it mean {setting.Neutral}.");
    }

    /// <summary>The summary of a property, out of the documentation file beside the program.</summary>
    private static string Summary(string property)
    {
        var assembly = typeof(TrainOptions).Assembly;
        var summary = XDocument
            .Load(Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml"))
            .Descendants("member")
            .Single(member => member.Attribute("name")!.Value == $"P:{typeof(TrainOptions).FullName}.{property}")
            .Element("summary")!;
        foreach (var reference in summary.Elements("see").ToList())
        {
            var name = reference.Attribute("cref")!.Value.Split('.')[^1];
            reference.ReplaceWith(Setting.All.Single(setting => setting.PropertyName == name).Name);
        }

        return Spaces().Replace(summary.Value, " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
