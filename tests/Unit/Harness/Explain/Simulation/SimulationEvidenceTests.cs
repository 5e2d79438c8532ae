using PPYolo.Align.Sketching;
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

    [Fact]
    public void A_run_is_refuted_as_soon_as_it_does_where_the_runs_part_what_the_first_did()
    {
        // Of what follows nothing is known yet.
        Evidence.Refutes(Iteration(0, ("loss_xy", 1))).Should().BeTrue();
        Evidence.Refutes(Iteration(0, ("loss_xy", 1.0012f))).Should().BeFalse("it does what the second did");
        Evidence.Refutes(Iteration(0, ("loss_xy", 1.0006f))).Should().BeFalse("it is nearer to it");
        Evidence.Refutes(Iteration(0, ("loss_wh", 1))).Should().BeFalse("it has not come so far");
        Evidence.Refutes(Iteration(1, ("loss_xy", 1))).Should().BeFalse("the runs part in another iteration");
    }

    [Fact]
    public void What_was_refuted_explains_nothing_however_little_there_is_of_it() =>
        Evidence.Share([new(0, [Iteration(0, ("loss_xy", 1))])]).Should().BeLessThanOrEqualTo(0);

    [Fact]
    public void Of_a_simulated_run_nothing_is_traced_but_what_is_compared()
    {
        Evidence.Needed.Phases.Should().Equal(TracePhase.Loss);
        Evidence.Needed.Kinks.Should().BeFalse();
    }

    private static SimulationEvidence Evidence => new(Second, Traced.Compare(First, Second), 0);

    private static ExplainedRun Run(float xy, float wh) =>
        Traced.Run((TracePhase.Loss, "loss_xy", [xy]), (TracePhase.Loss, "loss_wh", [wh]));

    private static IterationTrace Iteration(int iteration, (string Name, float Value) loss)
    {
        var trace = new IterationTrace(iteration);
        trace.Add(new(new(TracePhase.Loss, loss.Name), [1], StripedSummary.Of([loss.Value])));
        return trace;
    }
}
