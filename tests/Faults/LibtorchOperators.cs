using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults;

/// <summary>
/// No fault: convolutions, norms and activations computed by libtorch's own operators, forward and backward, in the place of this project's
/// kernels. Running statistics stay those of the norms themselves.
/// </summary>
internal static class LibtorchOperators
{
    public static Alteration Everywhere { get; } =
        Plant
            .Outputs<SquareConvolution>(_ => true, Convolve)
            .And(
                Plant.Layers<ConvNorm>(
                    _ => true,
                    layer =>
                    {
                        // Frozen norms write over it.
                        var convolved = Plant.LastOf((nn.Module<Tensor, Tensor>)Plant.Get(layer, "conv")!, output => output.clone());
                        layer.register_forward_hook((_, _, output) => Normalize(layer, convolved()));
                    }
                )
            );

    private static Tensor Convolve(SquareConvolution conv, Tensor input, Tensor output)
    {
        long rows = input.shape[2],
            columns = input.shape[3],
            stride = (rows + output.shape[2] - 1) / output.shape[2],
            padding = conv.Weight.shape[2] / 2;
        if (conv.Weight.shape[1] > input.shape[1])
        {
            var x = linspace(-1, 1, columns).view(1, 1, 1, columns).expand(input.shape[0], 1, rows, columns);
            var y = linspace(-1, 1, rows).view(1, 1, rows, 1).expand(input.shape[0], 1, rows, columns);
            input = cat([input, x, y], 1);
        }

        return nn.functional.conv2d(input, conv.Weight, conv.Bias, strides: [stride, stride], padding: [padding, padding]);
    }

    private static Tensor Normalize(ConvNorm layer, Tensor map)
    {
        var norm = (BatchNorm)Plant.Get(layer, "norm")!;
        Tensor weight = (Tensor)Plant.Get(norm, "weight")!,
            bias = (Tensor)Plant.Get(norm, "bias")!;
        var normal = nn.functional.batch_norm(
            map,
            zeros_like(bias).detach(),
            ones_like(bias).detach(),
            weight,
            bias,
            training: true,
            eps: norm.Epsilon
        );
        return (Activation)Plant.Get(layer, "activation")! switch
        {
            Activation.Relu => normal.relu(),
            Activation.LeakyRelu => nn.functional.leaky_relu(normal, 0.1),
            Activation.Mish => normal * normal.exp().Plus(Scalars.One).log().tanh(),
            _ => normal,
        };
    }
}
