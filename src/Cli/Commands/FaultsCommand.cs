using System.CommandLine;
using PPYolo.Harness.Explain;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo faults.</summary>
internal static class FaultsCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary =
        "Prints how often ppyolo explain names planted training bugs: the confusion table of the fault bench (tests/Faults).";

    private const string Table = "FaultBench.txt";

    public static Command Create()
    {
        var command = new Command("faults", Summary);
        command.SetAction(_ =>
        {
            using var stream = typeof(ExplainScenario).Assembly.GetManifestResourceStream(Table)!;
            using var reader = new StreamReader(stream);
            Console.Out.WriteLine(reader.ReadToEnd());
            return ExitCode.Aligned;
        });
        return command;
    }
}
