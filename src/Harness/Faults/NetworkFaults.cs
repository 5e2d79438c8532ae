using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Faults;

/// <summary>Wrong networks and losses.</summary>
internal static class NetworkFaults
{
    /// <summary>Another part of the backbone is frozen.</summary>
    public static Alteration FreezeAt(int stage) => Of(options => options with { FreezeAt = stage });

    /// <summary>DropBlock drops.</summary>
    public static Alteration DropBlockOn() => DropBlock(true);

    /// <summary>DropBlock drops, or does not.</summary>
    public static Alteration DropBlock(bool drops) => Of(options => options with { DropBlock = drops });

    /// <summary>Levels have each other's anchors.</summary>
    public static Alteration AnchorsOfLevelsExchanged() => Of(options => options with { AnchorMasks = [.. options.AnchorMasks.Reverse()] });

    /// <summary>Anchors have width and height exchanged.</summary>
    public static Alteration AnchorsTransposed() =>
        Of(options => options with { Anchors = [.. options.Anchors.Select(anchor => new AnchorSize(anchor.Height, anchor.Width))] });

    /// <summary>Another reach of centres over their cells.</summary>
    public static Alteration ScaleXY(double value) => Of(options => options with { ScaleXY = value });

    /// <summary>Another threshold of predictions that are left out of the objectness loss.</summary>
    public static Alteration IgnoreThreshold(double value) => Of(options => options with { IgnoreThreshold = value });

    /// <summary>Another weight of the IoU loss.</summary>
    public static Alteration IouLossWeight(double value) => Of(options => options with { IouLossWeight = value });

    /// <summary>The output of a module is multiplied.</summary>
    public static Alteration Scaled(string module, double factor) =>
        new()
        {
            Loaded = network =>
            {
                foreach (var (name, layer) in network.named_modules())
                {
                    if (name == module && layer is nn.Module<Tensor, Tensor> one)
                    {
                        one.register_forward_hook((_, _, output) => output * Scalars.Of(factor));
                    }
                }
            },
        };

    /// <summary>Convolutions see and give numbers of few bits.</summary>
    public static Alteration Rounded(ScalarType type) =>
        new()
        {
            Loaded = network =>
            {
                foreach (var conv in network.modules().OfType<SquareConvolution>())
                {
                    conv.register_forward_pre_hook((_, input) => input.to(type).to(ScalarType.Float32));
                    conv.register_forward_hook((_, _, output) => output.to(type).to(ScalarType.Float32));
                }
            },
        };

    private static Alteration Of(Func<NetworkOptions, NetworkOptions> change) => new() { Network = change };
}
