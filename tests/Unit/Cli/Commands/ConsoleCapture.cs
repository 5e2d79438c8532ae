using PPYolo.Cli.Commands;

namespace PPYolo.Tests.Unit.Cli.Commands;

/// <summary>A run of the program: its exit code and what it said.</summary>
internal sealed record ConsoleCapture(int ExitCode, string Output, string Error)
{
    /// <summary>Runs it in this process; test collections do not run in parallel, so that the console is its own.</summary>
    public static ConsoleCapture Run(params string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        using StringWriter said = new(),
            complained = new();
        Console.SetOut(said);
        Console.SetError(complained);
        try
        {
            var code = CommandLine.Run(arguments);
            return new(code, said.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}
