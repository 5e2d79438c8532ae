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
    internal static IReadOnlyList<(string Name, Func<Command> Create)> Commands { get; } =
        [
            ("align", AlignCommands.Create),
            ("train", TrainCommand.Create),
            ("diff", DiffCommand.Create),
            ("explain", ExplainCommand.Create),
            ("match", MatchCommand.Create),
            ("faults", FaultsCommand.Create),
            ("merge", MergeCommand.Create),
            ("eval", EvalCommand.Create),
            ("predict", PredictCommand.Create),
            ("export", ExportCommand.Create),
            ("golden", GoldenCommand.Create),
            ("report", ReportCommand.Create),
            ("data", DataCommand.Create),
            ("convert", ConvertCommand.Create),
        ];

    /// <summary>The command tree.</summary>
    /// <param name="only">The command that was typed: nobody waits for the others. All where it is none of them.</param>
    public static RootCommand Create(string? only = null)
    {
        var root = new RootCommand("PP-YOLO training that is checked against its reference, tensor by tensor.");
        var typed = Commands.Where(command => command.Name == only).ToList();
        foreach (var (_, create) in typed.Count > 0 ? typed : Commands)
        {
            root.Add(create());
        }

        root.Options.OfType<VersionOption>().Single().Aliases.Add("-v");
        HelpPages.Arrange(root);
        return root;
    }

    // An option that is given twice where it may be given once is an error of the line; who asks for its value while the line is still
    // looked at gets an exception.
    private static ParseResult Parse(string[] args)
    {
        try
        {
            return Create(args.FirstOrDefault()).Parse(args);
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
            args = ReferenceLine.Translate(args);
            var ranks = Enumerable.Range(0, 100).TakeWhile(rank => File.Exists(RecordFolder.BatchFile(0, rank))).Count();
            if ((LaunchHint.For(args, ranks) ?? ReferenceLine.For(args, ranks)) is { } hint)
            {
                Console.Error.WriteLine($"ppyolo: {Printable.Message(hint)}");
                return ExitCode.WrongUse;
            }

            args = args is ["help", .. var of] ? [.. of, "--help"] : args;
            var parsed = Parse(args);
            string[] errors =
                parsed.Errors.Count > 0 || ParseErrors.IsUnknownCommand(parsed)
                    ? [.. ParseErrors.Of(parsed)]
                    : [.. ParseErrors.Commas(parsed)];
            if (errors.Length > 0)
            {
                foreach (var error in errors)
                {
                    Console.Error.WriteLine($"ppyolo: {Printable.Message(error)}");
                }

                Console.Error.WriteLine($"ppyolo: see {ParseErrors.Name(parsed.CommandResult)} --help");
                return ExitCode.WrongUse;
            }

            return parsed.Invoke(new() { EnableDefaultExceptionHandler = false });
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
}
