using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Model.Neck;
using PPYolo.Model.Networks;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Faults;

/// <summary>Maps that reach the right layer in a wrong way: joined in another order, resized otherwise, with other coordinates.</summary>
internal static class WiringFaults
{
    /// <summary>All orders of a map and its pools of 5, 9 and 13 but the right one.</summary>
    public static IEnumerable<int[]> OrdersOfPools =>
        from a in Enumerable.Range(0, 4)
        from b in Enumerable.Range(0, 4)
        from c in Enumerable.Range(0, 4)
        let order = new[] { a, b, c, 6 - a - b - c }
        where order.Distinct().Count() == 4 && order.All(part => part is >= 0 and < 4) && order is not [0, 1, 2, 3]
        select order;

    /// <summary>Ways to write the coordinates x and y of a cell otherwise.</summary>
    public static IReadOnlyList<(string Name, Func<Tensor, Tensor, (Tensor First, Tensor Second)> Make)> OtherCoordinates { get; } =
    [
        ("from 0 to 1", (x, y) => (HalfWay(x), HalfWay(y))),
        ("y before x", (x, y) => (y, x)),
        ("y before x, from 0 to 1", (x, y) => (HalfWay(y), HalfWay(x))),
    ];

    /// <summary>The places where the neck joins an upsampled map and the backbone's.</summary>
    public static IEnumerable<Join> Joins(NetworkOptions network) =>
        Enumerable
            .Range(1, network.Levels - 1)
            .Select(level =>
                network.Neck == NeckKind.Fpn
                    ? new Join($"neck.yolo_block_{level}", 256L >> (level - 1))
                    : new Join($"neck.fpn_{level}", 512L >> (level - 1))
            );

    /// <summary>The upsampled map comes behind the other.</summary>
    public static Alteration Exchanged(Join join) => Joined(join, (above, fine) => cat([fine, above], 1));

    /// <summary>The map from above is enlarged by interpolation, not by repetition.</summary>
    public static Alteration Interpolated(Join join, bool alignCorners) =>
        Joined(
            join,
            (above, fine) =>
            {
                var coarse = nn.functional.avg_pool2d(above, [2L, 2L]);
                var enlarged = nn.functional.interpolate(
                    coarse,
                    scale_factor: [2, 2],
                    mode: InterpolationMode.Bilinear,
                    align_corners: alignCorners
                );
                return cat([enlarged, fine], 1);
            }
        );

    /// <summary>A map and its pools are joined in another order.</summary>
    public static Alteration Pools(IReadOnlyList<int> order) =>
        Layers<SpatialPyramidPooling>(
            (_, _) => true,
            (network, name, _) =>
                Fed(
                    network,
                    name + ".conv",
                    joined =>
                    {
                        var parts = joined.chunk(4, 1);
                        return cat([.. order.Select(part => parts[part])], 1);
                    }
                )
        );

    /// <summary>Convolutions that see coordinates see others.</summary>
    public static Alteration Coordinates(Func<Tensor, Tensor, (Tensor First, Tensor Second)> make) =>
        Layers<SquareConvolution>(
            (_, _) => true,
            (_, _, conv) =>
                conv.register_forward_hook(
                    (_, input, output) =>
                    {
                        // Two channels more than its input has.
                        var channels = input.shape[1];
                        if (conv.Weight.shape[1] != channels + 2)
                        {
                            return output;
                        }

                        long rows = input.shape[2],
                            columns = input.shape[3];
                        var x = linspace(-1, 1, columns, device: input.device).view(1, 1, 1, columns).expand(1, 1, rows, columns);
                        var y = linspace(-1, 1, rows, device: input.device).view(1, 1, rows, 1).expand(1, 1, rows, columns);
                        var (first, second) = make(x, y);
                        var padding = conv.Weight.shape[2] / 2;
                        return output.Plus(
                            nn.functional.conv2d(
                                cat([first - x, second - y], 1),
                                conv.Weight.narrow(1, channels, 2),
                                padding: [padding, padding]
                            )
                        );
                    }
                )
        );

    private static Alteration Joined(Join join, Func<Tensor, Tensor, Tensor> make)
    {
        Tensor Change(Tensor joined) =>
            make(joined.narrow(1, 0, join.FromAbove), joined.narrow(1, join.FromAbove, joined.shape[1] - join.FromAbove));
        return Layers<nn.Module>(
            (name, _) => name == join.Module,
            (_, _, block) =>
            {
                if (block is YoloBlock yolo)
                {
                    yolo.register_forward_pre_hook((_, joined) => Change(joined));
                }
                else
                {
                    ((PanBlock)block).register_forward_pre_hook((_, joined) => Change(joined));
                }
            }
        );
    }

    private static void Fed(nn.Module network, string name, Func<Tensor, Tensor> change)
    {
        var (_, module) = network.named_modules().Single(pair => pair.name == name);
        ((nn.Module<Tensor, Tensor>)module).register_forward_pre_hook((_, input) => change(input));
    }

    private static Alteration Layers<T>(Func<string, T, bool> which, Action<nn.Module, string, T> change)
        where T : nn.Module =>
        new()
        {
            Loaded = network =>
            {
                foreach (var (name, module) in network.named_modules().ToList())
                {
                    if (module is T layer && which(name, layer))
                    {
                        change(network, name, layer);
                    }
                }
            },
        };

    private static Tensor HalfWay(Tensor coordinate) => coordinate.Plus(Scalars.One) * Scalars.Of(0.5);

    /// <summary>A place where two maps are joined.</summary>
    /// <param name="Module">What they go into.</param>
    /// <param name="FromAbove">Channels of the upsampled map, which comes first.</param>
    internal sealed record Join(string Module, long FromAbove);
}
