using PPYolo.Align.Traces;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Explain.Simulation;

namespace PPYolo.Tests.Unit.Harness.Explain.Simulation;

public sealed class SimulationEvidenceTests
{
    private static readonly ExplainedRun First = Run(1, 1),
        // The first is barely beyond its bound (1e-3), the second far.
        Second = Run(1.0012f, 1.5f);

    [Fact]
    public void Doing_nothing_explains_nothing_however_near_a_difference_is_to_its_bound() =>
        Evidence.Share(First.Ranks).Should().BeApproximately(0, 1e-9);

    [Fact]
    public void Doing_what_was_done_explains_all() => Evidence.Share(Second.Ranks).Should().Be(1);

    [Fact]
    public void What_leaves_the_place_where_the_runs_part_explains_nothing() =>
        Evidence.Share(Run(1, 1.5f).Ranks).Should().BeApproximately(0, 1e-9);

    private static SimulationEvidence Evidence => new(Second, Traced.Compare(First, Second), 0);

    private static ExplainedRun Run(float xy, float wh) =>
        Traced.Run((TracePhase.Loss, "loss_xy", [xy]), (TracePhase.Loss, "loss_wh", [wh]));
}
