namespace PPYolo.Model.Networks;

/// <summary>The networks by the names that configurations and reference cases use.</summary>
public static class NetworkPresets
{
    /// <summary>PP-YOLO with ResNet18-vd: two levels, no coordinates, no pooling pyramid, no IoU-aware branch.</summary>
    public static readonly NetworkOptions R18Vd = new()
    {
        Depth = 18,
        CoordConv = false,
        ConvBlocks = 0,
        SpatialPyramidPooling = false,
        Anchors = [new(10, 14), new(23, 27), new(37, 58), new(81, 82), new(135, 169), new(344, 319)],
        AnchorMasks =
        [
            [3, 4, 5],
            [0, 1, 2],
        ],
        Strides = [32, 16],
        IouAware = false,
    };

    /// <summary>PP-YOLO with ResNet50-vd.</summary>
    public static readonly NetworkOptions R50Vd = new();

    /// <summary>PP-YOLOv2 with ResNet50-vd.</summary>
    public static readonly NetworkOptions V2R50Vd = new()
    {
        Neck = NeckKind.Pan,
        CoordConv = false,
        IouAwareFactor = 0.5,
    };

    private static readonly Dictionary<string, NetworkOptions> ByName = new(StringComparer.Ordinal)
    {
        ["r18vd"] = R18Vd,
        ["r50vd"] = R50Vd,
        ["r101vd"] = R50Vd with { Depth = 101 },
        ["ppyolov2_r50vd"] = V2R50Vd,
        ["ppyolov2_r101vd"] = V2R50Vd with { Depth = 101 },
    };

    private static readonly Dictionary<string, NetworkOptions> OfTests = new(StringComparer.Ordinal);

    /// <summary>All names.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>The network of a name, or null.</summary>
    public static NetworkOptions? Find(string name) => ByName.GetValueOrDefault(name) ?? OfTests.GetValueOrDefault(name);

    /// <summary>Gives a network of a test a name, before anything looks for one. It is found, and listed nowhere.</summary>
    /// <exception cref="ArgumentException">It cannot be as thin as that.</exception>
    internal static void Add(string name, NetworkOptions options)
    {
        if (options.Neck != NeckKind.Fpn || options.Thinner is < 1 or > 32 || !int.IsPow2(options.Thinner))
        {
            throw new ArgumentException(
                $"{name}: expected the FPN and a power of two up to 32, found {options.Neck}, {options.Thinner}",
                nameof(options)
            );
        }

        OfTests.Add(name, options);
    }
}
