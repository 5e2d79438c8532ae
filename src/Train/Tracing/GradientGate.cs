using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Train.Tracing;

/// <summary>Passes a tensor on as it is, and on the way back gives another gradient than the one that came.</summary>
internal sealed class GradientGate : Operation<GradientGate>
{
    /// <summary>Puts a gate behind a tensor.</summary>
    /// <exception cref="AlignException">The gradient is not of the tensor's shape.</exception>
    public static Tensor Apply(string module, Tensor input, TensorData gradient)
    {
        if (!gradient.Shape.AsSpan().SequenceEqual(input.shape))
        {
            throw new AlignException($"backward {module}: expected a gradient of shape {string.Join('x', input.shape)}, found {gradient}");
        }

        return apply(input, gradient);
    }

    protected override Tensor Compute(autograd.AutogradContext ctx, object[] arguments)
    {
        ctx.save_data("gradient", arguments[1]);
        return ((Tensor)arguments[0]).clone();
    }

    protected override List<Tensor> Differentiate(autograd.AutogradContext ctx, IReadOnlyList<Tensor> saved, Tensor gradient) =>
        [((TensorData)ctx.get_data("gradient")).ToTorch(gradient.device), null!];
}
