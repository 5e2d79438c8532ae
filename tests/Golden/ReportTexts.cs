using PPYolo.Align.Reports;
using PPYolo.Align.Verdicts;

namespace PPYolo.Tests.Golden;

/// <summary>How verdicts read.</summary>
public class ReportTexts
{
    private static readonly Check Good = new(
        "weights after iteration 9",
        "sum of squares of each tensor",
        3.4e-11,
        1.2e-8,
        "backbone.conv1.conv1_2.conv.weight"
    )
    {
        Noise = 4e-11,
    };
    private static readonly Check Bad = new(
        "moving averages after iteration 9",
        "sum of squares of each tensor",
        double.NaN,
        1.2e-8,
        "yolo_head.yolo_output_0.bias"
    )
    {
        Note = "a note",
    };

    [Fact]
    public Task Aligned() => Verify(VerdictText.Format(Of(Good)));

    [Fact]
    public Task Diverged() => Verify(VerdictText.Format(Of(Good, Bad)));

    [Fact]
    public Task DivergedAsJson() => Verify(VerdictJson.Format(Of(Good, Bad)), "json");

    private static Verdict Of(params Check[] checks) =>
        new(
            "reference case sample",
            "losses are asserted up to iteration 1",
            checks,
            [
                new(0, 96, 1e-5, 1e-5, [new("loss_xy", 1.5, 1.5), new("total_loss", 3, 3.000001)]),
                new(1, 96, 2e-5, 2.1e-5, [new("loss_xy", double.NaN, 1.5), new("total_loss", double.NaN, 3)]),
            ],
            [.. checks.Select(check => new TensorFinding(check.Name, check.Worst!, check.Measured, check.Bound, 0.25))]
        )
        {
            Measurements = [new("threads", "2")],
        };
}
