using PPYolo.Train.Epochs;

namespace PPYolo.Tests.Unit.Train.Epochs;

public class RunReportTests
{
    [Fact]
    public void Has_curves_of_losses_rate_and_AP_with_each_checkpoint()
    {
        using var run = new TinyRun();
        var report = new RunReport(run.Folder, [new(1, 0.125, new Dictionary<string, double> { ["AP50"] = 0.5 })]);

        run.Train(TinyRun.Options(epochs: 2, iterations: 2), observers: [report]);
        report.AfterEvaluation(new(2, 0.25, new Dictionary<string, double> { ["AP50"] = -1 }), 4, best: true);

        var page = File.ReadAllText(Path.Combine(run.Folder, RunReport.FileName));
        page.Should()
            .Contain("<p>2 of 2 epochs are done. The best AP is 0.2500, after epoch 2.</p>")
            .And.Contain("<h2>AP</h2>")
            .And.Contain("aria-label=\"AP: from 0.125 at epoch 1 to 0.25 at 2\"")
            .And.Contain("aria-label=\"AP50: from 0.5 at epoch 1 to 0.5 at 1\"")
            .And.MatchRegex("aria-label=\"total loss: from [0-9.]+ at iteration 0 to [0-9.]+ at 3\"")
            .And.Contain("<h2>learning rate</h2>")
            .And.NotContain("<script")
            .And.NotContain("NaN");
    }

    [Fact]
    public void A_curve_of_many_points_is_thinned_by_means_and_of_none_left_out()
    {
        CurveChart.Html("x", "iteration", [(0, double.NaN)]).Should().BeEmpty();
        var chart = CurveChart.Html("x", "iteration", [.. Enumerable.Range(0, 6000).Select(i => (i, i % 2.0))]);

        chart.Should().Contain("x: from 0.5 at iteration 9 to 0.5 at 5999");
        chart.Split("points=\"")[1].Split('"')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(600);
    }
}
