using PPYolo.Align.Traces;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Explain.Laws;

namespace PPYolo.Tests.Unit.Harness.Explain.Laws;

public sealed class GradientLawTests
{
    [Theory]
    // Half a percent beside the direction, and 0.4 percent along it: no factor.
    [InlineData(1.004, 0.005, 1, null)]
    [InlineData(1.02, 0.0001, 1, "gradient-scale")]
    [InlineData(1.02, 0.0001, 1.02, "loss-scale")]
    public void A_factor_must_stand_out_of_what_its_fit_leaves(double factor, double beside, double loss, string? cause)
    {
        float[] right = Traced.Numbers(1),
            other = Traced.Numbers(2);
        var first = Run(right, 1);
        var second = Run([.. right.Zip(other, (x, y) => (float)((factor * x) + (beside * y)))], loss);

        var found = new GradientLaw().Examine(first, second, Traced.Compare(first, second)).Select(finding => finding.Cause.Id);

        found.Should().Equal(cause is null ? [] : [cause]);
    }

    private static ExplainedRun Run(float[] gradient, double loss) =>
        Traced.Run((TracePhase.Loss, "total_loss", [(float)loss]), (TracePhase.Gradient, "layer.weight", gradient));
}
