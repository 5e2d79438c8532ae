using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Wrong activations.</summary>
internal static class ActivationBlindFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "slope of LeakyReLU 0.01",
            FaultFamily.Activation,
            PlantedFault.None,
            Leaky((_, steeper) => steeper),
            "0 forward neck.yolo_block_0.conv_module.route"
        ),
        new(
            "slope of LeakyReLU 0.01 in the backward pass alone",
            FaultFamily.Activation,
            PlantedFault.None,
            Leaky(Plant.Straight),
            "0 backward neck.yolo_block_1.tip.conv"
        ),
        new(
            "an activation missing",
            FaultFamily.Activation,
            PlantedFault.None,
            Activated("backbone.res3.res3b.branch2a", Activation.None),
            "0 forward backbone.res3.res3b.branch2a"
        ),
        new(
            "an activation before the addition",
            FaultFamily.Activation,
            PlantedFault.None,
            Activated("backbone.res4.res4b.branch2b", Activation.Relu),
            "0 forward backbone.res4.res4b.branch2b"
        ),
        new(
            "an activation ends at 1",
            FaultFamily.Activation,
            PlantedFault.None,
            Plant.Output("backbone.res5.res5a.branch2a", (_, output) => output.clamp(max: Scalars.Of(1.0))),
            "0 forward backbone.res5.res5a.branch2a"
        ),
        new(
            "gradient of mish without its second term",
            FaultFamily.Activation,
            PlantedFault.None,
            MishWithHalfAGradient("neck.pan_0.conv3"),
            "0 backward neck.pan_0.conv3.conv"
        )
        {
            Case = BenchCase.Aggregation,
        },
        new(
            "ReLU for mish in one layer",
            FaultFamily.Activation,
            PlantedFault.None,
            Activated("neck.fpn_1.conv1", Activation.Relu),
            "0 forward neck.fpn_1.conv1"
        )
        {
            Case = BenchCase.Aggregation,
        },
    ];

    private static Alteration Leaky(Func<Tensor, Tensor, Tensor> change) =>
        Plant.Outputs<ConvNorm>(
            name => name.StartsWith("neck.", StringComparison.Ordinal),
            (_, _, output) => change(output, where(output.gt(Scalars.Of(0)), output, output * Scalars.Of(0.1)))
        );

    private static Alteration Activated(string layer, Activation activation) =>
        Plant.Layers<ConvNorm>(name => name == layer, conv => Plant.Set(conv, "activation", activation));

    private static Alteration MishWithHalfAGradient(string layer) =>
        new()
        {
            Loaded = network =>
            {
                var convolved = Plant.LastOf(network.Layer<SquareConvolution>($"{layer}.conv"));
                var norm = network.Layer<BatchNorm>($"{layer}.batch_norm");
                network
                    .Layer<ConvNorm>(layer)
                    .register_forward_hook(
                        (_, _, output) =>
                        {
                            var weight = (Tensor)Plant.Get(norm, "weight")!;
                            var bias = (Tensor)Plant.Get(norm, "bias")!;
                            var x = nn.functional.batch_norm(
                                convolved(),
                                zeros_like(bias).detach(),
                                ones_like(bias).detach(),
                                weight,
                                bias,
                                training: true,
                                eps: norm.Epsilon
                            );
                            return Plant.Straight(output, x * x.exp().Plus(Scalars.One).log().tanh().detach());
                        }
                    );
            },
        };
}
