using PPYolo.Harness.Reference;

namespace PPYolo.Tests.Unit.Harness.Reference;

public sealed class ReferenceBoundsTests
{
    /// <summary>
    /// Folder, then bounds of gradients, weights after the first iteration, the last loss, later losses, and final weights, and movement.
    /// </summary>
    [Theory]
    [InlineData("r18vd-96", 0.02, 1e-6, 2, 5e-3, null, null)]
    [InlineData("r18vd-96-calm", 0.06, 1e-8, int.MaxValue, 1e-4, 1e-8, 5e-4)]
    [InlineData("r50vd-trainable-96", 0.15, 0.1, 0, 1e-4, null, null)]
    [InlineData("r50vd-trainable-calm", 0.06, 1e-8, int.MaxValue, 1e-4, 5e-5, 0.05)]
    [InlineData("r50vd-aligngrad-small", 0.15, 2e-5, 2, 1e-4, null, null)]
    [InlineData("r50vd-aligngrad-calm", 0.06, 1e-8, int.MaxValue, 1e-4, 5e-5, 5e-3)]
    [InlineData("ppyolov2-r50vd", 0.15, 2e-5, 2, 1e-4, null, null)]
    public void Are_chosen_by_network_freezing_and_profile(
        string folder,
        double gradients,
        double firstWeights,
        int lastLoss,
        double laterLosses,
        double? finalWeights,
        double? movement
    )
    {
        var bounds = ReferenceBounds.For(ReferenceCaseFile.Read(Fixtures.PathOf("reference", folder)));

        (bounds.Gradients, bounds.FirstWeights, bounds.LastLoss, bounds.LaterLosses, bounds.FinalWeights)
            .Should()
            .Be((gradients, firstWeights, lastLoss, laterLosses, finalWeights));
        (bounds.Movement, bounds.GradientMedian).Should().Be((movement, movement is null ? null : 0.03));
    }

    [Theory]
    [InlineData("calm", true, true)]
    [InlineData("calm", false, false)]
    [InlineData("plain", true, false)]
    public void Cover_the_end_where_the_profile_has_a_bound_and_the_case_says_so(string profile, bool comparable, bool covered)
    {
        var file = ReferenceCaseFile.Read(Fixtures.PathOf("reference", "r18vd-96-calm"));

        ReferenceBounds
            .CoverTheEnd(file with { InitProfile = profile, Comparable = file.Comparable with { FinalWeights = comparable } })
            .Should()
            .Be(covered);
    }

    [Fact]
    public void Are_made_of_what_was_measured_and_never_exceed_the_familys()
    {
        var bounds = ReferenceBounds.For(ReferenceCaseFile.Read(Fixtures.PathOf("reference", "r18vd-96-calm")));
        var most = bounds.Gradient(null);

        bounds.Gradient((1e-6, 0)).Should().BeInRange(1e-6, 1e-5, "no kink lies behind it");
        bounds.Gradient((1e-6, 1e-3)).Should().BeInRange(1e-3, 5e-3);
        bounds.Gradient((1e-6, double.PositiveInfinity)).Should().Be(most);
        bounds.Gradient((1, 1)).Should().Be(most).And.BeInRange(0.06, 0.07);
        bounds.Median([(1e-6, 0), (1e-6, 1e-3), (1e-6, 1)]).Should().BeInRange(1e-3, 3e-3);
        bounds.Median([(1e-6, 0), null, null]).Should().BeInRange(0.03, 0.04, "nobody measured");
        bounds.Stepped(null, 1).Should().BeInRange(1e-8, 1.3e-8);
        bounds.Stepped(0, 1).Should().BeInRange(1e-14, 2e-14, "rounding is left");
        bounds.Stepped(1, 1).Should().Be(bounds.Stepped(null, 1));
        bounds.Activation(1e-7).Should().BeLessThan(1e-6);
        bounds.Activation(null).Should().Be(bounds.Activations);
        bounds.End(1e-11).Should().BeInRange(3e-11, 4e-11);
        bounds.End(null).Should().Be(bounds.End(1));
    }
}
