using System.CommandLine;

namespace PPYolo.Cli.Commands;

/// <summary>A command as the list of commands shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What it is for.</param>
/// <param name="Create">Makes the command, with its options.</param>
/// <param name="Arguments">The names of its arguments.</param>
internal sealed record ListedCommand(string Name, string Summary, Func<Command> Create, params IReadOnlyList<string> Arguments)
{
    /// <summary>The command without its options.</summary>
    public Command Head()
    {
        var command = new Command(Name, Summary);
        foreach (var argument in Arguments)
        {
            command.Add(new Argument<string>(argument));
        }

        return command;
    }
}
