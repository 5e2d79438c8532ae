using System.CommandLine;
using System.CommandLine.Parsing;
using PPYolo.Align;
using PPYolo.Align.Comparison;
using PPYolo.Align.Reports;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo diff: compares two files of tensors, or the end weights of two records.</summary>
internal static class DiffCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary =
        "Compares two sets of tensors, tensor by tensor: exit code 0 is aligned, 1 diverged, 2 wrong use or unreadable input.";

    private const string JsonName = "--json";

    public static Command Create()
    {
        var a = new Argument<string>("A")
        {
            Description =
                "What is expected: a checkpoint (its model is compared), any other file of tensors, or a record folder (its end weights "
                + "1__.*, else 1.*).",
        };
        var b = new Argument<string>("B") { Description = "What is to be compared with it: the same." };
        // --json takes a value or none. As an option that may have a value it would swallow A in "diff --json A B"; as a flag, the value is
        // one argument too many behind it.
        var third = new Argument<string?>("FILE") { Arity = ArgumentArity.ZeroOrOne, Hidden = true };
        var bound = new Option<double>("--d-value")
        {
            Description = "The largest sum of squared differences of a tensor that is aligned.",
            HelpName = "X",
            DefaultValueFactory = _ => ComparisonOptions.StandardBound,
        };
        var start = new Option<string?>("--start")
        {
            Description =
                "The weights that both started from, a file or a record folder (its 000.*): a tensor must also differ by no more than a "
                + "tenth of the way it moved. Records bring their own, which are shown and do not judge.",
            HelpName = "FILE",
        };
        var key = Key(
            "The entry of the files whose tensors are compared, such as state_dict or 0/model; a dot takes all tensors. Given twice, the "
                + "first is A's and the second B's."
        );
        key.Validators.Add(result =>
        {
            if (result.Tokens.Count > 2)
            {
                result.AddError($"--key is given once for both files or twice, found {result.Tokens.Count} times");
            }
        });
        var limit = new Option<int>("--limit")
        {
            Description = "How many tensors each list shows, worst first.",
            HelpName = "N",
            DefaultValueFactory = _ => DiffOptions.StandardLimit,
        };
        var all = new Option<bool>("--all") { Description = "Shows every tensor." };
        var json = new Option<bool>(JsonName)
        {
            Description =
                "Writes the whole comparison as JSON: --json FILE, behind A and B, to a file; --json alone or --json - to the console "
                + "instead of the text.",
            Arity = ArgumentArity.Zero,
        };
        var command = new Command("diff", Summary) { a, b, third, bound, start, key, limit, all, json };
        command.Validators.Add(result =>
        {
            if (result.GetResult(third) is { Tokens: [var file, ..] } && !result.GetValue(json))
            {
                result.AddError($"diff compares two files, found a third: '{file.Value}'");
            }
        });
        bound.Validators.Add(result =>
            Require(
                result,
                text => double.TryParse(text, out var value) && double.IsFinite(value) && value >= 0,
                "a finite number that is not negative"
            )
        );
        limit.Validators.Add(result =>
            Require(result, text => int.TryParse(text, out var value) && value >= 0, "a number that is not negative")
        );
        command.SetAction(result =>
        {
            var (first, second, target) = Files(result, json, a, b, third);
            var options = new DiffOptions
            {
                Bound = result.GetValue(bound),
                Start = result.GetValue(start),
                Keys = result.GetValue(key) is [var one, .. var more] ? (one, more.FirstOrDefault(one)) : default,
                Limit = result.GetValue(all) ? null : result.GetValue(limit),
                Json = target,
            };
            return Run(first, second, options, Console.Out);
        });
        return command;
    }

    /// <summary>The option that names an entry of a file.</summary>
    internal static Option<string[]> Key(string description) => new("--key") { Description = description, HelpName = "PATH" };

    /// <summary>Compares A and B.</summary>
    /// <param name="a">What is expected: a file, or a record folder.</param>
    /// <param name="b">What is compared with it.</param>
    /// <param name="options">How.</param>
    /// <param name="output">Where the text, or JSON, goes.</param>
    /// <param name="errors">Where a message goes, one line; the standard error stream unless given.</param>
    /// <returns>0 aligned, 1 diverged, 2 input that cannot be used.</returns>
    public static int Run(string a, string b, DiffOptions options, TextWriter output, TextWriter? errors = null)
    {
        try
        {
            return DiffFiles.Compare(a, b, options, output);
        }
        catch (Exception exception) when (exception is AlignException or IOException or UnauthorizedAccessException)
        {
            (errors ?? Console.Error).WriteLine($"ppyolo: {Printable.Message(exception.Message.ReplaceLineEndings(" "))}");
            return ExitCode.WrongUse;
        }
    }

    // A, B, and where --json writes to: null for nowhere. FILE is the argument right behind --json, wherever that is.
    private static (string A, string B, string? Json) Files(ParseResult parsed, Option<bool> json, params Argument[] arguments)
    {
        var files = arguments.SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? []).ToList();
        if (!parsed.GetValue(json))
        {
            return (files[0].Value, files[1].Value, null);
        }

        if (files.Count == 2)
        {
            return (files[0].Value, files[1].Value, "-");
        }

        var behind = parsed
            .Tokens.SkipWhile(token => !ReferenceEquals(token, parsed.GetResult(json)!.IdentifierToken))
            .Skip(1)
            .FirstOrDefault();
        var target = files.FindIndex(token => ReferenceEquals(token, behind));
        if (target < 0)
        {
            throw new AlignException(
                $"{JsonName}: expected its file right behind it, found a third file '{files[2].Value}' elsewhere; write: ppyolo diff A "
                    + $"B {JsonName} FILE"
            );
        }

        files.RemoveAt(target);
        return (files[0].Value, files[1].Value, behind!.Value);
    }

    private static void Require(OptionResult result, Func<string, bool> valid, string expected)
    {
        if (result.Tokens.Count == 1 && !valid(result.Tokens[0].Value))
        {
            result.AddError($"{result.Option.Name}: expected {expected}, found '{result.Tokens[0].Value}'");
        }
    }
}
