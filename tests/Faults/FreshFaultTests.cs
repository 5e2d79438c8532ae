using PPYolo.Tests.Faults.Blind;
using PPYolo.Tests.Faults.Fresh;

namespace PPYolo.Tests.Faults;

/// <summary>What rules were made on open faults of tests/Faults/Fresh for.</summary>
public class FreshFaultTests
{
    [Theory]
    [InlineData("norms divide by the unbiased deviation", "norm-unbiased-deviation")]
    [InlineData("weight decay on the norms of one stage", "weight-decay-all-groups")]
    [InlineData("momentum scaled as the rate changes", "momentum-rescaled")]
    [InlineData("norms and biases do not warm up", "rate-of-group")]
    [InlineData("one parameter's gradient not cleared", "gradients-accumulated")]
    [InlineData("a kernel read with its axes in another order", "weights-transposed")]
    public void An_open_fault_is_reproduced_by_what_is_named(string name, string cause)
    {
        var outcome = Bench.Outcome(FreshFaults.Open.Single(fault => fault.Name == name));

        outcome.IsFrontierExact.Should().BeTrue(outcome.Row);
        var first = outcome.Explanation.Causes.Should().NotBeEmpty(outcome.Row).And.Subject.First();
        (first.Id, first.IsReproduced).Should().Be((cause, true), outcome.Row);
    }

    /// <summary>A fit of such an average finds nothing to tell weights before the step from those after it.</summary>
    [Fact]
    public void An_average_that_is_the_weights_themselves_is_named()
    {
        var outcome = Bench.Outcome(BlindFaults.All.Single(fault => fault.Name == "average is the weights themselves"));

        var first = outcome.Explanation.Causes.Should().NotBeEmpty(outcome.Row).And.Subject.First();
        outcome.Fault.IsNamedBy(first.Id).Should().BeTrue(outcome.Row);
    }

    [Fact]
    public void A_multiple_of_the_loss_that_changes_is_not_called_one_factor()
    {
        var outcome = Bench.Outcome(FreshFaults.Open.Single(fault => fault.Name.StartsWith("losses divided", StringComparison.Ordinal)));

        outcome.Explanation.Causes[0].Title.Should().EndWith("in iteration 0, and another multiple of it later.");
    }
}
