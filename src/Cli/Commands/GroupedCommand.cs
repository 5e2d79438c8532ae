using System.CommandLine;

namespace PPYolo.Cli.Commands;

/// <summary>A command whose help lists its options in groups, and ends in examples.</summary>
internal sealed class GroupedCommand(string name, string description) : Command(name, description)
{
    private readonly List<(string Title, IReadOnlyList<Option> Options)> groups = [];

    /// <summary>The groups in the order of the help.</summary>
    public IReadOnlyList<(string Title, IReadOnlyList<Option> Options)> Groups => groups;

    /// <summary>What each is for, and its line.</summary>
    public IReadOnlyList<(string Purpose, string Line)> Examples { get; init; } = [];

    /// <summary>Adds options as a group.</summary>
    public void AddGroup(string title, params IReadOnlyList<Option> options)
    {
        groups.Add((title, options));
        foreach (var option in options)
        {
            Options.Add(option);
        }
    }
}
