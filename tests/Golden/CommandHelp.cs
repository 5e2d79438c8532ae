using System.CommandLine;
using PPYolo.Cli.Commands;

namespace PPYolo.Tests.Golden;

/// <summary>The help of every command.</summary>
public class CommandHelp
{
    [Fact]
    public Task OfEveryCommand()
    {
        using var output = new StringWriter();
        foreach (var path in Paths(CommandLine.Create(), []))
        {
            output.Write($"$ ppyolo {string.Join(' ', path.Append("--help"))}\n\n");
            CommandLine.Create().Parse([.. path, "--help"]).Invoke(new() { Output = output });
        }

        // The test host, not ppyolo, is the running program here.
        return Verify(output.ToString().Replace(RootCommand.ExecutableName, "ppyolo", StringComparison.Ordinal));
    }

    private static IEnumerable<string[]> Paths(Command command, string[] path) =>
        command.Subcommands.SelectMany(child => Paths(child, [.. path, child.Name])).Prepend(path);
}
