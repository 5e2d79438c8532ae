using PPYolo.Align;
using PPYolo.Align.Golden;

namespace PPYolo.Tests.Unit.Align.Golden;

public class GoldenFloorsTests
{
    [Fact]
    public void A_floor_is_the_distance_of_the_farthest_twin()
    {
        var golden = GoldenFloors.Measure(Runs.Run(), [Runs.Run(1e-2), Runs.Run(3e-2)]);

        // One element differs, of which every sign sum is the difference itself: the estimate is exact.
        golden.Tensors.Single(tensor => tensor.Name == "mean").Floor.Should().BeApproximately(3e-2, 1e-6);
        golden.Losses[0].Floor.Should().BeApproximately(3e-2, 1e-6);
        golden.Twins.Should().Be(2);
    }

    [Fact]
    public void A_floor_is_never_below_a_kink_or_rounding()
    {
        var golden = GoldenFloors.Measure(Runs.Run(), [Runs.Run()]);

        var gradient = golden.Tensors.Single(tensor => tensor.Part == GoldenPart.Gradient);
        gradient.Floor.Should().Be(GoldenTolerance.KinkShare * gradient.Moved);
        golden.Tensors.Single(tensor => tensor.Name == "mean").Floor.Should().BeGreaterThan(0);
        golden.Tensors.Where(tensor => tensor.Name is "frozen" or "counter").Should().AllSatisfy(tensor => tensor.Floor.Should().Be(0));
    }

    [Fact]
    public void No_twin_measures_nothing() =>
        FluentActions.Invoking(() => GoldenFloors.Measure(Runs.Run(), [])).Should().Throw<AlignException>();

    [Fact]
    public void A_twin_of_another_run_is_refused() =>
        FluentActions
            .Invoking(() => GoldenFloors.Measure(Runs.Run(), [Runs.Run(give: name => name != "mean")]))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*other tensors*");
}
