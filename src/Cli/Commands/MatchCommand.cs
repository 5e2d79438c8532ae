using System.CommandLine;
using PPYolo.Align.Matching;
using PPYolo.Align.Reports;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo match.</summary>
internal static class MatchCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary =
        "Finds which names of two runs are the same, without looking at the names: by start weights bit by bit, then by sketches of "
        + "what was computed, then by shape and place. Exit code 0: all names of B are found and sure; 1: some are guesses, or "
        + "not found; "
        + "2: wrong use or unreadable input.";

    private const int MostLines = 40;

    public static Command Create()
    {
        var first = new Argument<string>("A")
        {
            Description = "The run whose names are kept: a record folder, best one with a trace, or a file of weights.",
        };
        var second = new Argument<string>("B") { Description = "The run whose names are to be found among those of A: the same." };
        var destination = new Option<string?>("--out")
        {
            Description = "Writes the names to a file, which ppyolo explain A B --names FILE takes.",
            HelpName = "FILE",
        };
        var command = new Command("match", Summary) { first, second, destination };
        command.SetAction(result =>
        {
            var (a, b) = (MatchSide.Read(result.GetValue(first)!), MatchSide.Read(result.GetValue(second)!));
            var match = NameMatcher.Match(a, b);
            Say(match);
            if (result.GetValue(destination) is { } path)
            {
                var file = match.ToFile();
                file.Write(path);
                Console.Out.WriteLine(
                    file.Rules.Count == 0
                        ? $"{path}: no rules, since all names are the same"
                        : $"{path}: {file.Rules.Count} rules; compare with: ppyolo explain {a.Name} {b.Name} --names {path}"
                );
            }

            Console.Out.WriteLine(
                $"{(match.IsSure ? "MATCHED" : "NOT SURE")}: of {b.Count} names of {b.Name} "
                    + $"{match.Names.Count(name => name.IsSure)} are sure, "
                    + $"{match.Names.Count(name => !name.IsSure)} are guesses, {match.SecondAlone.Count} are not found"
            );
            return match.IsSure ? ExitCode.Aligned : ExitCode.Diverged;
        });
        return command;
    }

    private static void Say(NameMatch match)
    {
        foreach (var group in match.Names.Where(name => name.IsSure).GroupBy(name => name.Reason))
        {
            Console.Out.WriteLine($"sure by {group.Key}: {group.Count()}");
        }

        Lines("guess", [.. match.Names.Where(name => !name.IsSure).Select(name => $"{name.Second} -> {name.First} ({name.Reason})")]);
        Lines("only in B", [.. match.SecondAlone.Select(Text)]);
        Lines("only in A", [.. match.FirstAlone.Select(Text)]);
    }

    private static string Text((MatchKind Kind, string Name) item) => $"{item.Name} ({item.Kind.ToString().ToLowerInvariant()})";

    private static void Lines(string what, List<string> lines)
    {
        foreach (var line in lines.Take(MostLines))
        {
            Console.Out.WriteLine($"{what}: {Printable.Of(line)}");
        }

        if (lines.Count > MostLines)
        {
            Console.Out.WriteLine($"{what}: and {lines.Count - MostLines} more");
        }
    }
}
