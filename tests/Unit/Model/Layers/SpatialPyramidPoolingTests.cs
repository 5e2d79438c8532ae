using PPYolo.Kernels.Elementwise;
using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Layers;

public sealed class SpatialPyramidPoolingTests
{
    private const int Channels = 2,
        Height = 11,
        Width = 16;

    [Fact]
    public void Joins_the_map_and_its_three_pools_in_order()
    {
        using var scope = NewDisposeScope();
        using var layer = new SpatialPyramidPooling(Channels, Activation.None, NetworkPresets.R50Vd with { NormEpsilon = 0 });
        layer.eval();
        var weight = StateEntries.Of(layer).Single(entry => entry.Key == "conv.conv.weight").Value;
        var input = TestTensors.Of("map", 1, 1, Channels, Height, Width);
        var values = input.data<float>().ToArray();
        using var noGrad = no_grad();
        for (var joined = 0; joined < 4 * Channels; joined++)
        {
            // A weight that selects one of the joined channels; the others are multiplied by 0.
            weight.zero_();
            weight[0, joined] = ones(1, 1);
            var reach = new[] { 0, 2, 4, 6 }[joined / Channels];

            var output = layer.call(input)[0, 0].contiguous().data<float>().ToArray();

            output
                .Should()
                .Equal(Pool(values.AsSpan(joined % Channels * Height * Width, Height * Width), reach), "of joined channel {0}", joined);
        }
    }

    [Fact]
    public void Sends_the_gradient_to_the_first_of_equal_values_in_reading_order()
    {
        using var scope = NewDisposeScope();
        using var layer = new SpatialPyramidPooling(Channels, Activation.None, NetworkPresets.R50Vd with { NormEpsilon = 0 });
        layer.eval();
        // Whole numbers: many are equal, and sums of gradients are exact in any order.
        using (no_grad())
        {
            StateEntries
                .Of(layer)
                .Single(entry => entry.Key == "conv.conv.weight")
                .Value.copy_(arange(4 * Channels * Channels).view(Channels, 4 * Channels, 1, 1));
        }

        var map = TestTensors.Of("map", 2, 2, Channels, Height, Width).round();
        var upstream = TestTensors.Of("upstream", 3, 2, Channels, Height, Width).round();
        Tensor own = map.Leaf(),
            other = map.Leaf();

        (layer.call(own) * upstream).sum().backward();

        var joined = cat([other, .. new long[] { 5, 9, 13 }.Select(size => nn.functional.max_pool2d(other, size, 1, size / 2))], 1);
        (nn.functional.conv2d(joined, StateEntries.Of(layer).Single(entry => entry.Key == "conv.conv.weight").Value.detach()) * upstream)
            .sum()
            .backward();
        map.unique().output.numel().Should().BeLessThan(10);
        own.grad!.data<float>().ToArray().Should().Equal(other.grad!.data<float>().ToArray());
    }

    /// <summary>The largest value within a reach of each cell.</summary>
    private static float[] Pool(ReadOnlySpan<float> plane, int reach)
    {
        var pooled = new float[Height * Width];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var largest = float.NegativeInfinity;
                for (var row = Math.Max(0, y - reach); row <= Math.Min(Height - 1, y + reach); row++)
                {
                    for (var column = Math.Max(0, x - reach); column <= Math.Min(Width - 1, x + reach); column++)
                    {
                        largest = Math.Max(largest, plane[(row * Width) + column]);
                    }
                }

                pooled[(y * Width) + x] = largest;
            }
        }

        return pooled;
    }
}
