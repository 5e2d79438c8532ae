using PPYolo.Kernels.Convolutions;
using PPYolo.Kernels.Deformable;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Kernels.Deformable;

public sealed class DeformableProductTests
{
    // Float32 sums of up to nine times 64 terms, of products of up to four numbers below 1, relative to the largest result.
    private const double Rounding = 1e-5;

    /// <summary>
    /// Batch, channels in and out, height, width, stride, and how far offsets reach: channels that fill no vector, several panels, several
    /// blocks of cells.
    /// </summary>
    public static TheoryData<int, int, int, int, int, int, float> Cases =>
        new()
        {
            { 1, 1, 1, 7, 5, 1, 0.9f },
            { 2, 3, 4, 7, 5, 2, 0.9f },
            { 3, 16, 16, 8, 8, 1, 2.5f },
            { 2, 19, 50, 9, 6, 2, 2.5f },
            { 2, 100, 37, 11, 13, 1, 12f },
            { 3, 130, 200, 10, 17, 1, 2.5f },
            { 1, 8, 8, 1, 1, 1, 0.9f },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equals_sampling_and_a_product_in_float64(int batch, int inputs, int outputs, int height, int width, int stride, float reach)
    {
        using var scope = NewDisposeScope();
        var leaves = Leaves(batch, inputs, outputs, height, width, stride, reach);

        var found = Train(leaves, values => DeformableProduct.Apply(values[0], values[1], values[2], values[3], stride));

        var expected = Train(
            [.. leaves.Select(leaf => leaf.to(ScalarType.Float64))],
            values =>
                nn.functional.conv2d(
                    DeformableSampling.ColumnsByCorners(values[0], values[1], values[2], stride),
                    values[3].permute(0, 2, 3, 1).reshape(outputs, 9L * inputs, 1, 1)
                )
        );
        foreach (
            var (name, index) in new[]
            {
                ("output", 0),
                ("gradient of input", 1),
                ("gradient of offset", 2),
                ("gradient of mask", 3),
                ("gradient of weight", 4),
            }
        )
        {
            found[index].ShouldBeNear(expected[index], Rounding, name);
        }
    }

    [Fact]
    public void Has_the_same_bits_on_any_number_of_threads_and_beside_any_image()
    {
        using var scope = NewDisposeScope();
        var leaves = Leaves(5, 19, 50, 12, 11, 1, 2.5f);
        var two = TestEnvironment.WithThreads(2, () => Run(leaves));
        var one = TestEnvironment.WithThreads(1, () => Run(leaves));
        var fewer = TestEnvironment.WithThreads(2, () => Run([.. leaves.Take(3).Select(leaf => leaf.narrow(0, 0, 2)), leaves[3]]));

        two.Zip(one).Should().AllSatisfy(pair => pair.First.ShouldEqual(pair.Second));
        fewer.Take(4).Zip(two).Should().AllSatisfy(pair => pair.First.ShouldEqual(pair.Second.narrow(0, 0, 2)));

        static Tensor[] Run(Tensor[] leaves) =>
            Train(leaves, values => DeformableProduct.Apply(values[0], values[1], values[2], values[3], 1));
    }

    [Fact]
    public void A_nan_offset_shows_in_its_cell_and_at_most_in_the_one_summed_with_it()
    {
        using var scope = NewDisposeScope();
        var leaves = Leaves(2, 40, 70, 4, 4, 1, 0.5f);
        leaves[1][1, 3, 2, 2] = float.NaN;

        var output = DeformableProduct.Apply(leaves[0], leaves[1], leaves[2], leaves[3], 1);

        output[1, .., 2, 2].isnan().all().item<bool>().Should().BeTrue("a NaN that became 0 would never be noticed");
        output[1, .., 0, 2].fill_(0);
        output.isnan().sum().item<long>().Should().Be(70, "16 cells are halved into 8 and 8, so that the tenth is summed with the second");
    }

    [Fact]
    public void Takes_any_memory_layout()
    {
        using var scope = NewDisposeScope();
        var leaves = Leaves(2, 19, 7, 6, 7, 1, 1.5f);
        var predicted = cat([leaves[1], leaves[2]], 1).ChannelsLast();

        var output = DeformableProduct.Apply(
            leaves[0].ChannelsLast(),
            predicted.narrow(1, 0, 18),
            predicted.narrow(1, 18, 9),
            leaves[3].ChannelsLast(),
            1
        );

        output.ShouldEqual(DeformableProduct.Apply(leaves[0], leaves[1], leaves[2], leaves[3], 1));
    }

    [Fact]
    public void A_frozen_weight_gets_no_gradient()
    {
        using var scope = NewDisposeScope();
        var leaves = Leaves(1, 4, 4, 5, 5, 1, 1);
        var input = leaves[0].Leaf();

        DeformableProduct.Apply(input, leaves[1], leaves[2], leaves[3], 1).sum().backward();
        BackwardPass.Finish();

        input.grad.Should().NotBeNull();
        leaves[3].grad.Should().BeNull();
    }

    [Theory]
    [InlineData(8, 1, true)]
    [InlineData(7, 1, false)]
    [InlineData(15, 2, true)]
    [InlineData(14, 2, false)]
    public void Small_maps_are_left_to_columns(int side, int stride, bool expected)
    {
        using var scope = NewDisposeScope();
        var leaves = Leaves(1, 4, 4, side, side, stride, 1);

        DeformableProduct.Suits(leaves[0], leaves[2], leaves[3]).Should().Be(expected && PanelProduct.IsQuick);
        DeformableProduct.Suits(leaves[0].to(ScalarType.Float64), leaves[2], leaves[3]).Should().BeFalse();
    }

    /// <summary>The layer through both ways, on a map that is large enough for one of them.</summary>
    [Fact]
    public void The_layer_gives_the_same_either_way()
    {
        using var scope = NewDisposeScope();
        using var layer = new DeformableConv(20, 12, 1);
        using var noGrad = no_grad();
        var leaves = Leaves(2, 20, 12, 9, 9, 1, 1);
        PPYolo.Model.State.StateEntries.Of(layer).Single(entry => entry.Key == "weight").Value.copy_(leaves[3]);
        layer.Offsets.Weight.copy_(TestTensors.Of("offset weight", 0.1f, 27, 20, 3, 3));

        var output = layer.call(leaves[0]);

        var predicted = layer.Offsets.call(leaves[0]);
        var columns = DeformableSampling.ColumnsByCorners(leaves[0], predicted.narrow(1, 0, 18), predicted.narrow(1, 18, 9).sigmoid(), 1);
        output.ShouldBeNear(nn.functional.conv2d(columns, leaves[3].permute(0, 2, 3, 1).reshape(12, 180, 1, 1)), Rounding, "the output");
    }

    private static Tensor[] Leaves(int batch, int inputs, int outputs, int height, int width, int stride, float reach)
    {
        long rows = ((height - 1) / stride) + 1,
            columns = ((width - 1) / stride) + 1;
        return
        [
            TestTensors.Of("input", 1, batch, inputs, height, width),
            TestTensors.Of("offset", reach, batch, 18, rows, columns),
            TestTensors.Of("mask", 0.5f, batch, 9, rows, columns).add_(0.5f),
            TestTensors.Of("weight", 1, outputs, inputs, 3, 3),
        ];
    }

    /// <summary>The result and the gradient of each leaf.</summary>
    private static Tensor[] Train(Tensor[] leaves, Func<Tensor[], Tensor> function)
    {
        leaves = Array.ConvertAll(leaves, leaf => leaf.Leaf());
        var output = function(leaves);
        (
            output
            * TestTensors
                .Of("upstream", 1, 8, output.shape[1], output.shape[2], output.shape[3])
                .narrow(0, 0, output.shape[0])
                .to(output.dtype)
        )
            .sum()
            .backward();
        BackwardPass.Finish();
        return [output, .. leaves.Select(leaf => leaf.grad!)];
    }
}
