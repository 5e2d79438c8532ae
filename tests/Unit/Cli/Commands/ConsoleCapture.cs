using PPYolo.Cli.Commands;
using TorchSharp;

namespace PPYolo.Tests.Unit.Cli.Commands;

/// <summary>A run of the program: its exit code and what it said.</summary>
internal sealed record ConsoleCapture(int ExitCode, string Output, string Error)
{
    /// <summary>Runs it in this process; test collections do not run in parallel, so that the console is its own.</summary>
    public static ConsoleCapture Run(params string[] arguments)
    {
        var (output, error, threads) = (Console.Out, Console.Error, torch.get_num_threads());
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
            // --threads is the process's: the next test on this thread computes as it would have alone.
            torch.set_num_threads(threads);
        }
    }
}
