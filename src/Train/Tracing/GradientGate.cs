using PPYolo.Align;
using PPYolo.Align.Tensors;
using static TorchSharp.torch;

namespace PPYolo.Train.Tracing;

/// <summary>Passes a tensor on as it is, and on the way back gives another gradient than the one that came.</summary>
internal sealed class GradientGate : autograd.SingleTensorFunction<GradientGate>
{
    public override string Name => nameof(GradientGate);

    /// <summary>Puts a gate behind a tensor.</summary>
    /// <exception cref="AlignException">The gradient is not of the tensor's shape. It is refused here: an exception must not leave the
    /// backward pass.</exception>
    public static Tensor Apply(string module, Tensor input, TensorData gradient)
    {
        if (!gradient.Shape.AsSpan().SequenceEqual(input.shape))
        {
            throw new AlignException($"backward {module}: expected a gradient of shape {string.Join('x', input.shape)}, found {gradient}");
        }

        return apply(input, gradient);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_data("gradient", vars[1]);
        return ((Tensor)vars[0]).clone();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        [((TensorData)ctx.get_data("gradient")).ToTorch(grad_output.device), null!];
}
