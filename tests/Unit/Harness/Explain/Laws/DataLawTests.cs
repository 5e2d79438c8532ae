using PPYolo.Align.Traces;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Explain.Laws;

namespace PPYolo.Tests.Unit.Harness.Explain.Laws;

public sealed class DataLawTests
{
    [Theory]
    [InlineData(2, 1, null)]
    [InlineData(2, 2, "batch-other")]
    [InlineData(1, 2, "targets-other")]
    public void Another_batch_has_other_boxes_too(int images, int boxes, string? cause)
    {
        var (first, second) = (Run(1, 1), Run(images, boxes));

        var found = new DataLaw().Examine(first, second, Traced.Compare(first, second)).Select(finding => finding.Cause.Id);

        found.Should().Equal(cause is null ? [] : [cause]);
    }

    [Theory]
    [InlineData("tokens", "labels")]
    [InlineData("image", "labels")]
    public void What_another_network_is_fed_is_no_target(string same, string other)
    {
        ExplainedRun run(int numbers) =>
            Traced.Run((TracePhase.Data, same, Traced.Numbers(1)), (TracePhase.Data, other, Traced.Numbers(numbers)));
        var (first, second) = (run(5), run(6));

        var found = new DataLaw().Examine(first, second, Traced.Compare(first, second)).ToList();

        found.Should().ContainSingle().Which.Cause.Id.Should().Be("batch-other");
        found[0].Cause.Evidence.Should().ContainSingle().Which.Should().StartWith($"{other} of iteration 0 is not the expected one");
    }

    private static ExplainedRun Run(int images, int boxes) =>
        Traced.Run((TracePhase.Data, "image", Traced.Numbers(images)), (TracePhase.Data, "gt_bbox", Traced.Numbers(10 + boxes)));
}
