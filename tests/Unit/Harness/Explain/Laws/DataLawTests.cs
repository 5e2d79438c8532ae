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

    private static ExplainedRun Run(int images, int boxes) =>
        Traced.Run((TracePhase.Data, "image", Traced.Numbers(images)), (TracePhase.Data, "gt_bbox", Traced.Numbers(10 + boxes)));
}
