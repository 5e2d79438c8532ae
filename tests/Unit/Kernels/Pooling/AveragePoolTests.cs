using PPYolo.Kernels.Pooling;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Kernels.Pooling;

public sealed class AveragePoolTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 6)]
    [InlineData(5, 1)]
    [InlineData(4, 6)]
    [InlineData(7, 16)]
    [InlineData(26, 26)]
    [InlineData(13, 33)]
    [InlineData(3, 64)]
    public void Has_libtorchs_bits(int height, int width)
    {
        using var scope = NewDisposeScope();
        using var layer = new AveragePool();
        // Of many magnitudes: sums of such numbers show their order, those of evenly spaced ones do not.
        var map = TestTensors.Of("map", 2, 3, 5, height, width).mul(TestTensors.Of("factor", 4, 3, 5, height, width)).pow(3);
        var expected = nn.functional.avg_pool2d(map, [2L, 2L], [2L, 2L], ceil_mode: true);
        var leaf = map.Leaf();

        foreach (var threads in new[] { 1, 2 })
        {
            TestEnvironment.WithThreads(threads, () => layer.call(map)).ShouldEqual(expected);
        }

        layer.call(map.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)).contiguous().ShouldEqual(expected);
        var differentiable = layer.call(leaf);
        differentiable.sum().backward();
        differentiable.detach().ShouldEqual(expected);
        leaf.grad!.sum().item<float>().Should().BeApproximately(expected.numel(), 1e-3f);
    }
}
