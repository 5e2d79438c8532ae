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
        if (IsGroup(parsed))
        {
            var given = parsed.UnmatchedTokens.FirstOrDefault(token => !token.StartsWith('-'));
            var names = parsed.CommandResult.Command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name).ToList();
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

        // What stands where a file is expected is taken for its name first.
        var files = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens);
        string[] options =
        [
            .. files
                .Select(token => token.Value)
                .Where(token => token.StartsWith("--", StringComparison.Ordinal))
                .Concat(parsed.UnmatchedTokens.Where(token => token.StartsWith('-') && token.Length > 1))
                .Select(token => token.Split('=')[0]),
        ];
        if (options.Length > 0)
        {
            string[] known = [.. Known(parsed.CommandResult)];
            return [.. options.Select(option => $"{Name(parsed.CommandResult)} has no option '{option}'{Hint(option, known)}")];
        }

        return [.. parsed.Errors.Select(error => Plain(error, parsed)).Distinct()];
    }

    /// <summary>Numbers with a comma, which the library would read as thousands: 0,5 as 5.</summary>
    public static IEnumerable<string> Commas(ParseResult parsed) =>
        from given in parsed.CommandResult.Children.OfType<OptionResult>()
        where Kind(given.Option.ValueType) is "a number" or "a whole number"
        from token in given.Tokens
        where token.Value.Contains(',')
        select Expected(given, token);

    /// <summary>Whether a command was typed that is none, which a wish for help does not excuse.</summary>
    public static bool IsUnknownCommand(ParseResult parsed) =>
        IsGroup(parsed) && parsed.UnmatchedTokens.Any(token => !token.StartsWith('-'));

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

    private static bool IsGroup(ParseResult parsed) => parsed.CommandResult.Command is { Subcommands.Count: > 0, Action: null };

    /// <summary>The library's sentence, unless it speaks of types.</summary>
    private static string Plain(ParseError error, ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.FirstOrDefault(token => error.Message == $"Unrecognized command or argument '{token}'.") is { } more)
        {
            return $"{Name(parsed.CommandResult)} has no place for '{more}'";
        }

        return
            error.Message.StartsWith("Cannot parse", StringComparison.Ordinal)
            && (error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult) is { Tokens: [.., var token] } given
            ? Expected(given, token)
            : error.Message;
    }

    private static string Expected(OptionResult given, Token token) =>
        $"{given.Option.Name}: expected {Kind(given.Option.ValueType)}, found '{token.Value}'";

    private static string Kind(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) switch
        {
            var one when one == typeof(int) || one == typeof(long) => "a whole number",
            var one when one == typeof(double) || one == typeof(float) => "a number",
            var one when one == typeof(bool) => "true or false",
            { IsEnum: true } one => string.Join(" or ", Enum.GetNames(one)).ToLowerInvariant(),
            _ => "something else",
        };

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
