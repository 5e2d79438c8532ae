using System.CommandLine;
using PPYolo.Align.Json;
using PPYolo.Harness.Pipeline;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo report.</summary>
internal static class ReportCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary =
        "Makes a page of what test runs came to: report.html, report.json, and report.xml for a pipeline (JUnit). Each scenario has "
        + "its verdict, the worst difference, its bound and what its golden came to; what failed comes first, with the command "
        + "that comes next. Of a scenario that diverged and left both records it makes a page as explain does. Exit code 0: all "
        + "passed; 1: a test failed, or results are missing; 2: wrong use or unreadable input.";

    public static Command Create()
    {
        var folder = new Argument<string>("DIR")
        {
            Description =
                "A folder with results of dotnet test (*.trx) in it or below it, and what theories measured (measured/*.json): artifacts "
                + "after dotnet cake --target=Align, tests/Alignment/TestResults after dotnet test --filter Alignment --logger trx.",
        };
        var command = new Command("report", Summary) { folder };
        command.SetAction(result =>
        {
            var place = result.GetValue(folder)!;
            var report = PipelineReport.Read(place);
            Write(place, report);
            if (report.Unexplained.Any())
            {
                // Explaining trains runs again, for minutes: who waits no longer has the report without these pages.
                Console.Error.WriteLine(
                    $"ppyolo: the report is written; explaining {report.Unexplained.Count()} scenarios that diverged, which takes minutes"
                );
                report = report.Explained();
                Write(place, report);
            }

            Console.Out.WriteLine($"{Path.Combine(place, "report.html")}, report.json and report.xml beside it");
            Console.Out.WriteLine(report.Summary);
            return report.Word == "PASSED" ? ExitCode.Aligned : ExitCode.Diverged;
        });
        return command;
    }

    private static void Write(string folder, PipelineReport report)
    {
        AtomicText.Write(Path.Combine(folder, "report.json"), PipelineJson.Format(report));
        AtomicText.Write(Path.Combine(folder, "report.xml"), PipelineJUnit.Format(report));
        AtomicText.Write(Path.Combine(folder, "report.html"), PipelineHtml.Format(report));
    }
}
