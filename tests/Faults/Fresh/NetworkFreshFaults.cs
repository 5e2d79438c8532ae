using PPYolo.Kernels.Deformable;
using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Model.Neck;
using PPYolo.Tests.Faults.Blind;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Fresh;

/// <summary>Wrong pyramids, ResNets and activations.</summary>
internal static class NetworkFreshFaults
{
    private const int FromAbove = 256,
        Points = DeformableSampling.Points;

    private const string Branch = "backbone.res4.res4b.branch2a";

    /// <summary>The small training with DropBlock on.</summary>
    private static readonly BenchCase Dropping = BenchCase.Small with
    {
        Name = "r18vd at 64 with DropBlock",
        Settings = [.. BenchCase.Small.Settings.Select(setting => setting.Replace("dropBlock=false", "dropBlock=true"))],
    };

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "pools see zeros around the map",
            FaultFamily.Neck,
            PlantedFault.None,
            Plant.Input("neck.yolo_block_0.conv_module.spp.conv", PooledWithZeros),
            "3 forward neck.yolo_block_0.conv_module.spp.conv.conv"
        )
        {
            Case = BenchCase.Deformable,
        },
        new(
            "DropBlock does not scale up what it leaves",
            FaultFamily.Neck,
            PlantedFault.None,
            Plant.Outputs<DropBlock>(_ => true, (_, input, output) => output / ScaleOf(input, output)),
            "0 forward neck.yolo_block_0.conv_module.dropblock"
        )
        {
            Case = Dropping,
        },
        new(
            "upsampling lays the whole map beside itself",
            FaultFamily.Neck,
            ["interpolation-mode", PlantedFault.None],
            Plant.Layers<YoloBlock>(
                name => name == "neck.yolo_block_1",
                block =>
                    block.register_forward_pre_hook(
                        (_, map) => cat([Tiled(map.narrow(1, 0, FromAbove)), map.narrow(1, FromAbove, map.shape[1] - FromAbove)], 1)
                    )
            ),
            "0 forward neck.yolo_block_1.conv_module.dropblock"
        ),
        new(
            "convolutions of stride 2 are padded at the right and below alone",
            FaultFamily.Backbone,
            PlantedFault.None,
            Plant.Outputs<SquareConvolution>(
                name => name.StartsWith("backbone.", StringComparison.Ordinal),
                (conv, input, output) =>
                    conv.Stride == 2
                        ? nn.functional.conv2d(nn.functional.pad(input, [0, 1, 0, 1]), conv.Weight, conv.Bias, strides: [2L, 2L])
                        : output
            ),
            "0 forward backbone.conv1.conv1_1.conv"
        ),
        new(
            "deformable convolutions see the edge beyond the edge",
            FaultFamily.Backbone,
            PlantedFault.None,
            Plant.Layers<DeformableConv>(_ => true, Clamp),
            "0 forward backbone.res5.res5a.branch2b.conv"
        )
        {
            Case = BenchCase.Deformable,
        },
        new(
            "an activation before its norm",
            FaultFamily.Activation,
            PlantedFault.None,
            Plant
                .Output($"{Branch}.conv", (_, output) => output.relu())
                .And(Plant.Layers<ConvNorm>(name => name == Branch, conv => Plant.Set(conv, "activation", Activation.None))),
            $"0 forward {Branch}.conv"
        ),
        new(
            "LeakyReLU in the backbone's convolutions",
            FaultFamily.Activation,
            PlantedFault.None,
            Plant.Layers<ConvNorm>(
                name => name.StartsWith("backbone.", StringComparison.Ordinal),
                conv =>
                {
                    if (conv.Activation == Activation.Relu)
                    {
                        Plant.Set(conv, "activation", Activation.LeakyRelu);
                    }
                }
            ),
            "0 forward backbone.conv1.conv1_1"
        ),
    ];

    private static Tensor PooledWithZeros(Tensor joined)
    {
        var map = joined.narrow(1, 0, joined.shape[1] / 4);
        return cat(
            [
                map,
                .. new long[] { 5, 9, 13 }.Select(size =>
                    nn.functional.max_pool2d(nn.functional.pad(map, [size / 2, size / 2, size / 2, size / 2]), size, 1)
                ),
            ],
            1
        );
    }

    /// <summary>What DropBlock multiplied by: seen where its output is largest.</summary>
    private static Tensor ScaleOf(Tensor input, Tensor output)
    {
        var (before, after) = (input.detach().flatten(), output.detach().flatten());
        var largest = after.argmax();
        return after.index_select(0, largest.view(1)) / before.index_select(0, largest.view(1));
    }

    private static Tensor Tiled(Tensor repeated) => nn.functional.avg_pool2d(repeated, [2L, 2L]).repeat(1, 1, 2, 2);

    /// <summary>Samples outside the map are taken at its edge, where they should be zero.</summary>
    private static void Clamp(DeformableConv conv)
    {
        var predicted = Plant.LastOf(conv.Offsets);
        conv.register_forward_hook(
            (_, input, output) =>
            {
                var found = predicted();
                long batch = found.shape[0],
                    rows = found.shape[2],
                    columns = found.shape[3];
                var pairs = found.narrow(1, 0, 2 * Points).reshape(batch, Points, 2, rows, columns);
                var point = Scalars.Range(Points, ScalarType.Int64, found.device);
                var down = Place(point.div(Scalars.Of(3), RoundingMode.floor), rows, conv.Stride).unsqueeze(3);
                var across = Place(point.remainder(Scalars.Of(3)), columns, conv.Stride).unsqueeze(2);
                var offsets = stack(
                    [Inside(pairs.select(2, 0), down, input.shape[2]), Inside(pairs.select(2, 1), across, input.shape[3])],
                    2
                );
                var sampled = DeformableSampling.Columns(
                    input,
                    offsets.reshape(batch, 2 * Points, rows, columns),
                    found.narrow(1, 2 * Points, Points).sigmoid(),
                    conv.Stride
                );
                var kernel = conv.Weight.permute(0, 2, 3, 1).reshape(conv.Weight.shape[0], Points * input.shape[1], 1, 1);
                return nn.functional.conv2d(sampled, kernel).contiguous();
            }
        );
    }

    /// <summary>Where kernel points are without an offset, (1, points, cells).</summary>
    private static Tensor Place(Tensor step, long cells, int stride) =>
        ((Scalars.Range(cells, ScalarType.Float32, step.device) * Scalars.Of(stride)).view(1, 1, cells).Plus(step.view(1, -1, 1))).Plus(
            Scalars.Of(-1)
        );

    private static Tensor Inside(Tensor offset, Tensor place, long extent) =>
        offset.Plus(place).clamp(Scalars.Of(0), Scalars.Of(extent - 1)) - place;
}
