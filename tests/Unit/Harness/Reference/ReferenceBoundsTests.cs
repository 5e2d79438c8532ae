using PPYolo.Harness.Reference;

namespace PPYolo.Tests.Unit.Harness.Reference;

public sealed class ReferenceBoundsTests
{
    /// <summary>
    /// Folder, then bounds of gradients, weights after the first iteration, the last loss, later losses, and final weights.
    /// </summary>
    [Theory]
    [InlineData("r18vd-96", 0.02, 1e-6, 2, 5e-3, null)]
    [InlineData("r18vd-96-calm", 0.06, 1e-8, int.MaxValue, 1e-4, 1e-8)]
    [InlineData("r50vd-trainable-96", 0.15, 0.1, 0, 1e-4, null)]
    [InlineData("r50vd-trainable-calm", 0.06, 1e-8, int.MaxValue, 1e-4, 5e-5)]
    [InlineData("r50vd-aligngrad-small", 0.15, 2e-5, 2, 1e-4, null)]
    [InlineData("r50vd-aligngrad-calm", 0.06, 1e-8, int.MaxValue, 1e-4, 5e-5)]
    [InlineData("ppyolov2-r50vd", 0.15, 2e-5, 2, 1e-4, null)]
    public void Are_chosen_by_network_freezing_and_profile(
        string folder,
        double gradients,
        double firstWeights,
        int lastLoss,
        double laterLosses,
        double? finalWeights
    )
    {
        var bounds = ReferenceBounds.For(ReferenceCaseFile.Read(Fixtures.PathOf("reference", folder)));

        (bounds.Gradients, bounds.FirstWeights, bounds.LastLoss, bounds.LaterLosses, bounds.FinalWeights)
            .Should()
            .Be((gradients, firstWeights, lastLoss, laterLosses, finalWeights));
        (bounds.Movement, bounds.GradientMedian).Should().Be(finalWeights is null ? (null, null) : (0.1, 0.03));
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
}
