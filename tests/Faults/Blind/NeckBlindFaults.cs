using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Model.Neck;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Wrong pyramids.</summary>
internal static class NeckBlindFaults
{
    private const int FromAbove = 256;

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "bilinear upsampling",
            FaultFamily.Neck,
            ["interpolation-mode", PlantedFault.None],
            Joined((upsampled, fine) => cat([Bilinear(upsampled), fine], 1)),
            "0 forward neck.yolo_block_1.conv_module.dropblock"
        ),
        new(
            "route behind the backbone's map",
            FaultFamily.Neck,
            ["concatenation-order", PlantedFault.None],
            Joined((upsampled, fine) => cat([fine, upsampled], 1)),
            "0 forward neck.yolo_block_1.conv_module.dropblock"
        ),
        new(
            "route without gradient",
            FaultFamily.Neck,
            PlantedFault.None,
            Plant.Input("neck.yolo_transition_0", route => route.detach()),
            "0 backward neck.yolo_block_0.conv_module.route"
        ),
        new(
            "pools of 9 and 13 exchanged",
            FaultFamily.Neck,
            ["concatenation-order", PlantedFault.None],
            Plant.Input("neck.yolo_block_0.conv_module.spp.conv", PoolsExchanged),
            "0 forward neck.yolo_block_0.conv_module.spp.conv.conv"
        )
        {
            Case = BenchCase.Pools,
        },
        new(
            "pools before the map",
            FaultFamily.Neck,
            ["concatenation-order", PlantedFault.None],
            Plant.Input("neck.yolo_block_0.conv_module.spp.conv", map => map.roll(map.shape[1] / 4, 1)),
            "0 forward neck.yolo_block_0.conv_module.spp.conv.conv"
        )
        {
            Case = BenchCase.Deformable,
        },
        new(
            "coordinates from 0 to 1",
            FaultFamily.Neck,
            ["coordinates-range", PlantedFault.None],
            Coordinates((x, y) => cat([HalfWay(x), HalfWay(y)], 1)),
            "0 forward neck.yolo_block_0.conv_module.conv0.conv.conv"
        )
        {
            Case = BenchCase.Deformable,
        },
        new(
            "coordinates of y before x",
            FaultFamily.Neck,
            ["concatenation-order", "coordinates-range", PlantedFault.None],
            Coordinates((x, y) => cat([y, x], 1)),
            "0 forward neck.yolo_block_0.conv_module.conv0.conv.conv"
        )
        {
            Case = BenchCase.Deformable,
        },
    ];

    /// <summary>What goes into the second block, given its two parts.</summary>
    private static Train.Stepping.Alteration Joined(Func<Tensor, Tensor, Tensor> join) =>
        Plant.Layers<YoloBlock>(
            name => name == "neck.yolo_block_1",
            block =>
                block.register_forward_pre_hook(
                    (_, map) => join(map.narrow(1, 0, FromAbove), map.narrow(1, FromAbove, map.shape[1] - FromAbove))
                )
        );

    private static Tensor Bilinear(Tensor repeated)
    {
        var coarse = nn.functional.avg_pool2d(repeated, [2L, 2L]);
        return nn.functional.interpolate(coarse, scale_factor: [2, 2], mode: InterpolationMode.Bilinear, align_corners: false);
    }

    private static Tensor PoolsExchanged(Tensor map)
    {
        var channels = map.shape[1] / 4;
        return cat([map.narrow(1, 0, 2 * channels), map.narrow(1, 3 * channels, channels), map.narrow(1, 2 * channels, channels)], 1);
    }

    private static Train.Stepping.Alteration Coordinates(Func<Tensor, Tensor, Tensor> change) =>
        Plant.Outputs<SquareConvolution>(
            name => name.StartsWith("neck.", StringComparison.Ordinal),
            (conv, input, output) => (bool)Plant.Get(conv, "coordinates")! ? Convolve(conv, input, change) : output
        );

    private static Tensor Convolve(SquareConvolution conv, Tensor input, Func<Tensor, Tensor, Tensor> change)
    {
        long batch = input.shape[0],
            rows = input.shape[2],
            columns = input.shape[3];
        var x = linspace(-1, 1, columns).view(1, 1, 1, columns).expand(batch, 1, rows, columns);
        var y = linspace(-1, 1, rows).view(1, 1, rows, 1).expand(batch, 1, rows, columns);
        var padding = conv.Weight.shape[2] / 2;
        return nn.functional.conv2d(cat([input, change(x, y)], 1), conv.Weight, conv.Bias, padding: [padding, padding]);
    }

    private static Tensor HalfWay(Tensor coordinate) => coordinate.Plus(Scalars.One) * Scalars.Of(0.5);
}
