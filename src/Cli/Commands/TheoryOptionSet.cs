using System.CommandLine;
using PPYolo.Harness.Checkouts;

namespace PPYolo.Cli.Commands;

/// <summary>The options that say which golden theories of a commit are run, and how.</summary>
internal sealed class TheoryOptionSet
{
    private readonly Option<string?> golden = new("--golden")
    {
        Description = "The golden to look at: NAME of NAME.verified.golden. All unless given.",
        HelpName = "NAME",
    };

    private readonly Option<string?> filter = DotnetFilter();

    private readonly Option<string?> project = new("--project")
    {
        Description =
            "The test project, program or solution whose runs come to the goldens, as seen from the repository's top. The one at "
            + "or above the goldens unless given; tests/Alignment in PPYolo's own repository.",
        HelpName = "PATH",
    };

    private readonly Option<string?> build = new("--build")
    {
        Description = "A command that builds a commit, run by the shell in its checkout, instead of dotnet build.",
        HelpName = "COMMAND",
    };

    private readonly Option<string?> run = new("--run")
    {
        Description = "A command that runs a commit's theories, run by the shell in its checkout, instead of dotnet test or the program.",
        HelpName = "COMMAND",
    };

    /// <summary>A filter of dotnet test.</summary>
    public static Option<string?> DotnetFilter() =>
        new("--filter") { Description = "A filter of dotnet test, for some of the theories.", HelpName = "FILTER" };

    /// <summary>Has a command take them.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new[] { golden, filter, project, build, run })
        {
            command.Add(option);
        }
    }

    /// <summary>What was given.</summary>
    public TheoryChoice Choice(ParseResult result) =>
        new(result.GetValue(golden), result.GetValue(filter), result.GetValue(project), result.GetValue(build), result.GetValue(run));
}
