using System.CommandLine;
using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Records;
using PPYolo.Align.Reports;
using PPYolo.Cli.Output;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;

namespace PPYolo.Cli.Commands;

/// <summary>The ppyolo command line.</summary>
public static class CommandLine
{
    /// <summary>The commands, in the order of the help.</summary>
    internal static IReadOnlyList<ListedCommand> Commands { get; } =
    [
        new("align", AlignCommands.Summary, AlignCommands.Create),
        new("train", TrainCommand.Summary, TrainCommand.Create),
        new("diff", DiffCommand.Summary, DiffCommand.Create, "A", "B"),
        new("explain", ExplainCommand.Summary, ExplainCommand.Create, "A", "B"),
        new("match", MatchCommand.Summary, MatchCommand.Create, "A", "B"),
        new("faults", FaultsCommand.Summary, FaultsCommand.Create),
        new("merge", MergeCommand.Summary, MergeCommand.Create, "DIR"),
        new("eval", EvalCommand.Summary, EvalCommand.Create),
        new("predict", PredictCommand.Summary, PredictCommand.Create, "IMAGE|DIR"),
        new("export", ExportCommand.Summary, ExportCommand.Create),
        new("golden", GoldenCommand.Summary, GoldenCommand.Create),
        new("report", ReportCommand.Summary, ReportCommand.Create, "DIR"),
        new("data", DataCommand.Summary, DataCommand.Create),
        new("convert", ConvertCommand.Summary, ConvertCommand.Create, "IN", "OUT"),
    ];

    /// <summary>The command tree.</summary>
    /// <param name="line">
    /// What was typed, or null for all of it: nobody waits for the commands that were not typed, nor for more than the list of them where
    /// it was none.
    /// </param>
    public static RootCommand Create(IReadOnlyList<string>? line = null)
    {
        var root = new RootCommand("PP-YOLO training that is checked against its reference, tensor by tensor.");
        var listed = line is not null && !line.Any(IsCommand);
        var alone = line is [var typed, ..] && IsCommand(typed);
        foreach (var command in Commands)
        {
            if (!alone || command.Name == line![0])
            {
                root.Add(listed ? command.Head() : command.Create());
            }
        }

        root.Options.OfType<VersionOption>().Single().Aliases.Add("-v");
        HelpPages.Arrange(root);
        return root;
    }

    private static bool IsCommand(string word) => Commands.Any(command => command.Name == word);

    // An option that is given twice where it may be given once is an error of the line; who asks for its value while the line is still
    // looked at gets an exception.
    private static ParseResult Parse(string[] args)
    {
        try
        {
            return Create(args).Parse(args);
        }
        catch (InvalidOperationException exception) when (exception.Source == typeof(Command).Assembly.GetName().Name)
        {
            throw new AlignException(exception.Message, exception);
        }
    }

    /// <summary>Runs the program; whatever happens becomes one message and an exit code, never a stack trace.</summary>
    public static int Run(string[] args)
    {
        // Whatever the environment says: numbers are read and written alike everywhere.
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentUICulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        using var console = SafeConsole.Install();
        try
        {
            return Answer(ReferenceLine.Translate(args));
        }
        catch (Exception exception) when (exception is AlignException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"ppyolo: {Printable.Message(exception.Message)}");
            return ExitCode.WrongUse;
        }
        catch (AggregateException exception) when (exception.GetBaseException() is AlignException cause)
        {
            // Files are read by several threads.
            Console.Error.WriteLine($"ppyolo: {Printable.Message(cause.Message)}");
            return ExitCode.WrongUse;
        }
        catch (RankFailureException exception) when (exception.InnerException is AlignException cause)
        {
            Console.Error.WriteLine($"ppyolo: {Printable.Message(cause.Message)}");
            return ExitCode.WrongUse;
        }
        catch (Exception exception)
            when (exception is NonFiniteLossException or TrainingHaltedException or RankFailureException or ReplicaDivergenceException)
        {
            Console.Error.WriteLine($"ppyolo: {Printable.Message(exception.Message)}");
            return ExitCode.Failed;
        }
        catch (Exception exception) when (NativeLibraries.IsTorchMissing(exception))
        {
            // A part of a command that needs libtorch where the rest does not.
            Console.Error.WriteLine($"ppyolo: {NativeLibraries.Advice}");
            return ExitCode.WrongUse;
        }
#pragma warning disable CA1031 // The last resort: a user gets a sentence; PPYOLO_DEBUG=1 shows the rest.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine(
                $"ppyolo: failed inside: {exception.GetType().Name}: {Printable.Message(exception.Message.Split('\n')[0])} "
                    + "(set PPYOLO_DEBUG=1 to see where)"
            );
            if (Environment.GetEnvironmentVariable("PPYOLO_DEBUG") == "1")
            {
                Console.Error.WriteLine(exception);
            }

            return ExitCode.Failed;
        }
    }

    private static int Answer(string[] args)
    {
        // The reference's command lines train.
        var ranks = args is ["train", ..] ? RecordedRanks() : 0;
        if ((LaunchHint.For(args, ranks) ?? ReferenceLine.For(args, ranks)) is { } hint)
        {
            Console.Error.WriteLine($"ppyolo: {Printable.Message(hint)}");
            return ExitCode.WrongUse;
        }

        args = args is ["help", .. var of] ? [.. of, "--help"] : args;
        var parsed = Parse(args);
        string[] errors =
            parsed.Errors.Count > 0 || ParseErrors.IsUnknownCommand(parsed) ? [.. ParseErrors.Of(parsed)]
            : Array.Exists(args, arg => arg.Contains(',')) ? [.. ParseErrors.Commas(parsed)]
            : [];
        return errors.Length > 0 ? Refuse(parsed, errors) : parsed.Invoke(new() { EnableDefaultExceptionHandler = false });
    }

    private static int Refuse(ParseResult parsed, string[] errors)
    {
        foreach (var error in errors)
        {
            Console.Error.WriteLine($"ppyolo: {Printable.Message(error)}");
        }

        Console.Error.WriteLine($"ppyolo: see {ParseErrors.Name(parsed.CommandResult)} --help");
        return ExitCode.WrongUse;
    }

    private static int RecordedRanks() => Enumerable.Range(0, 100).TakeWhile(rank => File.Exists(RecordFolder.BatchFile(0, rank))).Count();
}
