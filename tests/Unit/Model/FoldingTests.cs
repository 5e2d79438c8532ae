using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model;

public sealed class FoldingTests
{
    // Weights are rounded once more, and every layer carries that on: a few 1e-6 of the largest output. A forgotten mean, bias or epsilon
    // is 1e-3 or more.
    private const double Rounding = 2e-5;

    [Theory]
    [InlineData("r18vd")]
    [InlineData("r50vd")]
    [InlineData("ppyolov2_r50vd")]
    public void A_folded_network_computes_the_same(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = TestTensors.Network(NetworkPresets.Find(name)!);
        var images = TestTensors.Of("images", 2, 2, 3, 64, 64);
        network.eval();
        var expected = network.call(images);

        network.FoldNorms();
        var found = network.call(images);
        var again = network.call(images);

        for (var level = 0; level < expected.Count; level++)
        {
            found[level].ShouldBeNear(expected[level], Rounding, $"level {level}");
            again[level].ShouldEqual(found[level], $"level {level}, a second time");
        }

        network.modules().OfType<ConvNorm>().Should().NotBeEmpty();
    }

    [Fact]
    public void Folding_twice_is_folding_once()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = TestTensors.Network(NetworkPresets.R18Vd);
        var images = TestTensors.Of("images", 2, 1, 3, 64, 64);
        network.FoldNorms();
        var once = network.call(images);

        network.FoldNorms();

        network.call(images)[0].ShouldEqual(once[0]);
    }

    [Fact]
    public void A_folded_network_does_not_train()
    {
        using var scope = NewDisposeScope();
        using var network = TestTensors.Network(NetworkPresets.R18Vd);
        network.FoldNorms();
        network.train();

        network
            .Invoking(it => it.call(TestTensors.Of("images", 2, 1, 3, 64, 64)))
            .Should()
            .Throw<InvalidOperationException>()
            .WithMessage("*folded*");
    }
}
