using PPYolo.Model;
using PPYolo.Model.Networks;

namespace PPYolo.Tests.Unit;

public class ThinNetworkTests
{
    [Fact]
    public void Has_the_small_networks_names_is_found_and_listed_nowhere()
    {
        using PPYoloNetwork small = new(NetworkPresets.R18Vd),
            thin = new(NetworkPresets.Find(ThinNetwork.Name)!);

        thin.state_dict().Keys.Should().Equal(small.state_dict().Keys);
        thin.parameters().Sum(one => one.numel()).Should().BeLessThan(small.parameters().Sum(one => one.numel()) / 50);
        NetworkPresets.Names.Should().NotContain([ThinNetwork.Name, ThinNetwork.OfRanks]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(64)]
    public void As_thin_as_that_it_is_refused(int thinner)
    {
        var adding = () => NetworkPresets.Add("thinner", NetworkPresets.R18Vd with { Thinner = thinner });

        adding
            .Should()
            .Throw<ArgumentException>()
            .WithMessage($"thinner: expected the FPN and a power of two up to 32, found Fpn, {thinner}*");
        NetworkPresets.Find("thinner").Should().BeNull();
    }

    [Fact]
    public void With_another_neck_it_is_refused()
    {
        var adding = () => NetworkPresets.Add("thinner", NetworkPresets.V2R50Vd with { Thinner = 2 });

        adding.Should().Throw<ArgumentException>().WithMessage("thinner: *found Pan, 2*");
    }
}
