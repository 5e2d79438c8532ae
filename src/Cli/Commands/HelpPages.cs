using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace PPYolo.Cli.Commands;

/// <summary>The help pages: the library's, with the options in groups where a command has them, and examples at the end.</summary>
internal sealed class HelpPages : SynchronousCommandLineAction
{
    private const string Options = "Options:";

    private static readonly (string Purpose, string Line)[] FirstSteps =
    [
        ("Ten iterations against a run of the Python reference", "ppyolo align reference fixtures/reference/r18vd-96-calm"),
        ("What is in a dataset", "ppyolo data check DIR"),
        ("Train on it", "ppyolo train --config ppyolo_r18vd_voc2012 --data DIR"),
        ("All about a command", "ppyolo help COMMAND"),
    ];

    private readonly HelpAction usual;

    private HelpPages(HelpAction usual) => this.usual = usual;

    /// <inheritdoc />
    public override bool ClearsParseErrors => true;

    /// <summary>Has a command tree show them.</summary>
    public static void Arrange(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpPages((HelpAction)help.Action!);
    }

    /// <inheritdoc />
    public override int Invoke(ParseResult parseResult)
    {
        var (command, to) = (parseResult.CommandResult.Command, parseResult.InvocationConfiguration);
        var output = to.Output;
        using var text = new StringWriter();
        to.Output = text;
        try
        {
            usual.Invoke(parseResult);
        }
        finally
        {
            to.Output = output;
        }

        var page = text.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        foreach (var line in command is GroupedCommand grouped ? InGroups(grouped, page) : page)
        {
            output.WriteLine(line);
        }

        output.WriteLine();
        Examples(output, command);
        return 0;
    }

    private static IEnumerable<string> InGroups(GroupedCommand command, string[] page)
    {
        var start = Array.IndexOf(page, Options);
        // An option begins with its name; lines of its description are indented deeper.
        var blocks = new List<List<string>>();
        foreach (var line in page.Skip(start + 1).TakeWhile(line => line.Length > 0))
        {
            if (line.StartsWith("  -", StringComparison.Ordinal))
            {
                blocks.Add([]);
            }

            blocks[^1].Add(line);
        }

        var lines = page.Take(start).ToList();
        foreach (var (title, options) in command.Groups)
        {
            lines.Add($"{title}:");
            foreach (
                var block in options.Select(option => blocks.Find(block => Names(block[0]).Contains(option.Name))).OfType<List<string>>()
            )
            {
                lines.AddRange(block);
                blocks.Remove(block);
            }

            lines.Add("");
        }

        return lines.Concat(blocks.SelectMany(block => block));
    }

    private static string[] Names(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.TrimEnd(',')).ToArray();

    private static void Examples(TextWriter output, Command command)
    {
        IReadOnlyList<(string Purpose, string Line)> examples = command switch
        {
            RootCommand => FirstSteps,
            GroupedCommand grouped => grouped.Examples,
            _ => [],
        };
        if (examples.Count == 0)
        {
            return;
        }

        output.WriteLine(command is RootCommand ? "First steps:" : "Examples:");
        foreach (var (purpose, line) in examples)
        {
            if (purpose.Length > 0)
            {
                output.WriteLine($"  {purpose}:");
            }

            output.WriteLine($"    {line}");
        }

        output.WriteLine();
    }
}
