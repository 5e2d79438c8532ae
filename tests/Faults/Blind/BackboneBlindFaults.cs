using PPYolo.Kernels.Deformable;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Backbone;
using PPYolo.Model.Layers;
using PPYolo.Train.Stepping;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Wrong ResNets.</summary>
internal static class BackboneBlindFaults
{
    private const int Points = DeformableSampling.Points;

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "shortcut takes every second cell and does not pool",
            FaultFamily.Backbone,
            PlantedFault.None,
            Plant.Output("backbone.res3.res3a.short.pool", (input, _) => EverySecond(input)),
            "0 forward backbone.res3.res3a.short.pool"
        ),
        new(
            "shortcut pools by the maximum",
            FaultFamily.Backbone,
            PlantedFault.None,
            Plant.Output("backbone.res5.res5a.short.pool", (input, _) => nn.functional.max_pool2d(input, 2)),
            "0 forward backbone.res5.res5a.short.pool"
        ),
        new(
            "stem pools squares of 2",
            FaultFamily.Backbone,
            PlantedFault.None,
            StemPool(stem => nn.functional.max_pool2d(stem, 2)),
            "0 forward backbone.res2.res2a.short.conv"
        ),
        new(
            "first convolution continues the image over its edge",
            FaultFamily.Backbone,
            PlantedFault.None,
            Plant.Outputs<SquareConvolution>(
                name => name == "backbone.conv1.conv1_1.conv",
                (conv, input, _) =>
                    nn.functional.conv2d(nn.functional.pad(input, [1, 1, 1, 1], PaddingModes.Replicate), conv.Weight, strides: [2L, 2L])
            ),
            "0 forward backbone.conv1.conv1_1.conv"
        ),
        new(
            "stride in the first convolution of a bottleneck",
            FaultFamily.Backbone,
            PlantedFault.None,
            Plant
                .Layers<SquareConvolution>(name => name == "backbone.res4.res4a.branch2a.conv", conv => Plant.Set(conv, "stride", 2))
                .And(
                    Plant.Layers<SquareConvolution>(
                        name => name == "backbone.res4.res4a.branch2b.conv",
                        conv => Plant.Set(conv, "stride", 1)
                    )
                ),
            "0 forward backbone.res4.res4a.branch2a.conv"
        )
        {
            Case = BenchCase.Deformable,
        },
        new(
            "offsets down and across exchanged",
            FaultFamily.Backbone,
            ["offsets-exchanged", PlantedFault.None],
            Deformed((offsets, mask) => (Exchanged(offsets), mask.sigmoid())),
            "0 forward backbone.res5.res5a.branch2b.conv"
        )
        {
            Case = BenchCase.Deformable,
        },
        new(
            "mask of deformable convolutions without sigmoid",
            FaultFamily.Backbone,
            PlantedFault.None,
            Deformed((offsets, mask) => (offsets, mask)),
            "0 forward backbone.res5.res5a.branch2b.conv"
        )
        {
            Case = BenchCase.Deformable,
        },
        new(
            "offsets without gradient",
            FaultFamily.Backbone,
            ["gradient-dropped", PlantedFault.None],
            Deformed((offsets, mask) => (offsets.detach(), mask.sigmoid())),
            "0 backward backbone.res5.res5c.branch2b.conv_offset"
        )
        {
            Case = BenchCase.Deformable,
        },
        new(
            "residual added behind the activation",
            FaultFamily.Backbone,
            PlantedFault.None,
            AddedBehind("backbone.res4.res4b"),
            "0 forward backbone.res4.res4b"
        ),
    ];

    private static Tensor EverySecond(Tensor map) => map.slice(2, 0, map.shape[2], 2).slice(3, 0, map.shape[3], 2).contiguous();

    /// <summary>What the first stage sees of the stem.</summary>
    private static Alteration StemPool(Func<Tensor, Tensor> pool) =>
        new()
        {
            Loaded = network =>
            {
                var stem = Plant.LastOf(network.Layer<ConvNorm>("backbone.conv1.conv1_3"));
                network.Layer<ResidualBlock>("backbone.res2.res2a").register_forward_pre_hook((_, _) => pool(stem()));
            },
        };

    /// <summary>Deformable convolutions with other offsets and masks, given those predicted.</summary>
    private static Alteration Deformed(Func<Tensor, Tensor, (Tensor Offsets, Tensor Mask)> change) =>
        Plant.Layers<DeformableConv>(
            _ => true,
            conv =>
            {
                var predicted = Plant.LastOf(conv.Offsets);
                conv.register_forward_hook(
                    (_, input, output) =>
                    {
                        var (offsets, mask) = change(predicted().narrow(1, 0, 2 * Points), predicted().narrow(1, 2 * Points, Points));
                        var columns = DeformableSampling.Columns(input, offsets, mask, (int)(input.shape[2] / output.shape[2]));
                        var weight = (Tensor)Plant.Get(conv, "weight")!;
                        var kernel = weight.permute(0, 2, 3, 1).reshape(weight.shape[0], Points * input.shape[1], 1, 1);
                        return nn.functional.conv2d(columns, kernel).contiguous();
                    }
                );
            }
        );

    private static Tensor Exchanged(Tensor offsets)
    {
        var pairs = offsets.reshape(offsets.shape[0], Points, 2, offsets.shape[2], offsets.shape[3]);
        return pairs.flip(2).reshape(offsets.shape);
    }

    private static Alteration AddedBehind(string block) =>
        new()
        {
            Loaded = network =>
            {
                // The sum is written over the branch.
                var branch = Plant.LastOf(network.Layer<ConvNorm>($"{block}.branch2b"), output => output.clone());
                network.Layer<ResidualBlock>(block).register_forward_hook((_, input, _) => branch().relu().Plus(input));
            },
        };
}
