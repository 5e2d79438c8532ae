using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Pooling;
using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model;

/// <summary>
/// Tensors on "meta" have shapes and no numbers. Where a layer makes a tensor on the CPU, or reads a number, it fails there, as it would
/// fail or wait on a card. Convolutions, abs, nan_to_num and norms in evaluation have no kernel for them: layers are tried one by one.
/// </summary>
public sealed class MetaDeviceTests
{
    private static readonly Device Meta = new(DeviceType.META);

    private static readonly Dictionary<string, Func<Tensor>> Layers = new(StringComparer.Ordinal)
    {
        ["a norm"] = () => Norm().Normalize(Map(8), Activation.None),
        ["a norm and its leaky activation"] = () => Norm().Normalize(Map(8), Activation.LeakyRelu),
        ["a norm with mish"] = () => Norm().Normalize(Map(8), Activation.Mish),
        ["a max pool over squares"] = () => MaxPool.OfSquares(Map(8), 5),
        ["dropped squares"] = () => Dropped(Map(8)),
        ["a residual sum"] = () => ResidualSum.OfOwn(Map(8) * Map(8), Map(8)),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_layer_stays_on_its_device_and_reads_nothing(string layer)
    {
        using var scope = NewDisposeScope();

        var output = Layers[layer]();
        output.sum().backward();

        output.device_type.Should().Be(DeviceType.META);
    }

    [Fact]
    public void Optimizer_and_average_do_too()
    {
        using var scope = NewDisposeScope();
        Tensor parameter = zeros(4, 3, device: Meta),
            gradient = zeros(4, 3, device: Meta),
            buffer = zeros(4, 3, device: Meta);

        SgdUpdate.Run([new SgdUpdate(parameter, gradient, buffer, first: false, 1, 0.0005f, 0.9f, 0.01f)]);
        EmaUpdate.Run([new EmaUpdate(buffer, parameter, 0.9f, 0.1f)]);
    }

    [Fact]
    public void What_reads_or_mixes_fails_there()
    {
        using var scope = NewDisposeScope();
        var map = Map(2);

        FluentActions.Invoking(() => map.sum().item<float>()).Should().Throw<Exception>("a number is read");
        FluentActions.Invoking(() => map * ones(1, 2, 6, 6)).Should().Throw<Exception>("two devices meet");
    }

    private static Tensor Map(long channels) => zeros(2, channels, 6, 6, device: Meta, requires_grad: true);

    private static BatchNorm Norm() => new BatchNorm(8, 0.1, 1e-5).to(Meta);

    private static Tensor Dropped(Tensor map)
    {
        var network = NetworkPresets.R18Vd with { DropBlock = true };
        return new DropBlock(network, new() { Source = (_, shape) => zeros(shape, device: Meta) }, "x").call(map);
    }
}
