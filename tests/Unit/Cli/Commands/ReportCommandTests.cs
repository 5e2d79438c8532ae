using System.Text.RegularExpressions;
using PPYolo.Cli.Commands;
using PPYolo.Harness.Pipeline;
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
    public void A_scenario_that_is_red_links_the_page_that_its_records_give()
    {
        const string Replay = $"{ResultFolder.Class}.Replay";
        foreach (var (record, momentum) in new[] { ("expected", "0.9"), ("found", "0.5") })
        {
            ConsoleCapture
                .Run([
                    .. new[] { "train", "--config", "ppyolo_r18vd_voc2012", "--iterations", "2", "--threads", "1" },
                    .. new[] { "--set", $"network={ThinNetwork.Name}" },
                    .. new[] { "--set", "batch=2", "--set", "sizes=[64]", "--set", "startFactor=0.5", "--set", $"momentum={momentum}" },
                    .. new[] { "--record", Path.Combine(folder.Path, Measurement.FolderName, "records", record) },
                ])
                .ExitCode.Should()
                .Be(ExitCode.Aligned);
        }

        folder.Run("a.trx", 0, (Replay, "Failed", "it diverged"));
        folder.Measure(Replay, 0.5, one => one with { Records = ["records/expected", "records/found"] }, difference: 1);

        ConsoleCapture.Run("report", folder.Path).ExitCode.Should().Be(ExitCode.Diverged);

        var links = Regex.Matches(folder.Read("report.html"), "<a href=\"([^\"]+)\"").Select(link => link.Groups[1].Value).ToList();
        links.Should().HaveCount(2, "it is in the list of failures and in the table").And.AllBeEquivalentTo(links[0]);
        folder.Read(links[0]).Should().StartWith("<!doctype html>").And.Contain("momentum");
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
