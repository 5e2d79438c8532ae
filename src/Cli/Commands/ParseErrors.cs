using System.CommandLine;
using System.CommandLine.Parsing;
using PPYolo.Align.Json;

namespace PPYolo.Cli.Commands;

/// <summary>Says what is wrong with a command line, with the nearest name of what is not known.</summary>
internal static class ParseErrors
{
    private const string Near = "; did you mean";

    /// <summary>A sentence for each error; what follows from another error is not said.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0 && command.Action is null)
        {
            var given = parsed.UnmatchedTokens.FirstOrDefault(token => !token.StartsWith('-'));
            var names = command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name).ToList();
            var expected = $"expected a command of {Name(parsed.CommandResult)}";
            if (given is not null)
            {
                return [$"{expected}, found '{given}'{NearestName.Hint(given, names)}"];
            }

            if (parsed.UnmatchedTokens.Count == 0)
            {
                return [$"{expected}: {string.Join(", ", names)}"];
            }
        }

        string[] options =
        [
            .. parsed.UnmatchedTokens.Where(token => token.StartsWith('-') && token.Length > 1).Select(token => token.Split('=')[0]),
        ];
        if (options.Length > 0)
        {
            string[] known = [.. Known(parsed.CommandResult)];
            return [.. options.Select(option => $"{Name(parsed.CommandResult)} has no option '{option}'{Hint(option, known)}")];
        }

        return [.. parsed.Errors.Select(error => error.Message).Distinct()];
    }

    /// <summary>A command as it is typed.</summary>
    public static string Name(CommandResult command)
    {
        var names = new List<string>();
        for (SymbolResult? at = command; at is CommandResult here; at = at.Parent)
        {
            names.Insert(0, here.Parent is null ? "ppyolo" : here.Command.Name);
        }

        return string.Join(' ', names);
    }

    private static string Hint(string option, string[] known)
    {
        var hint = NearestName.Hint(option, known);
        return hint.StartsWith(Near, StringComparison.Ordinal) ? hint : "";
    }

    private static IEnumerable<string> Known(CommandResult command)
    {
        for (SymbolResult? at = command; at is CommandResult here; at = at.Parent)
        {
            foreach (var option in here.Command.Options.Where(option => here == command || option.Recursive))
            {
                foreach (var name in option.Aliases.Prepend(option.Name))
                {
                    yield return name;
                }
            }
        }
    }
}
