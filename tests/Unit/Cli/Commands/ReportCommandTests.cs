using PPYolo.Tests.Unit.Harness.Pipeline;

namespace PPYolo.Tests.Unit.Cli.Commands;

public sealed class ReportCommandTests : IDisposable
{
    private readonly ResultFolder folder = new();

    [Theory]
    [InlineData("Passed", 0, "PASSED: 1 tests, 0 failed")]
    [InlineData("Failed", 1, "FAILED: 1 tests, 1 failed")]
    public void It_writes_three_files_and_its_exit_code_says_whether_all_passed(string outcome, int code, string said)
    {
        folder.Run("a.trx", 0, ($"{ResultFolder.Class}.Replay", outcome, "message"));

        var run = ConsoleCapture.Run("report", folder.Path);

        run.ExitCode.Should().Be(code);
        run.Error.Should().BeEmpty();
        run.Output.Should().Contain(said);
        folder.Read("report.html").Should().StartWith("<!doctype html>");
        folder.Read("report.json").Should().Contain("ppyolo-report");
        folder.Read("report.xml").Should().Contain("<testsuites>");
    }

    [Fact]
    public void A_folder_without_results_is_wrong_use()
    {
        var run = ConsoleCapture.Run("report", folder.Path);

        run.ExitCode.Should().Be(2);
        run.Error.Should().Contain("there is no .trx");
    }

    public void Dispose() => folder.Dispose();
}
