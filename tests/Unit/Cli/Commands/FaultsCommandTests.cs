namespace PPYolo.Tests.Unit.Cli.Commands;

public sealed class FaultsCommandTests
{
    [Fact]
    public void It_prints_the_table_of_the_fault_bench()
    {
        var run = ConsoleCapture.Run("faults");

        run.Should().Match<ConsoleCapture>(run => run.ExitCode == 0 && run.Error.Length == 0);
        run.Output.Should().Contain("Nesterov momentum").And.Contain("two faults at once, both named:");
    }
}
