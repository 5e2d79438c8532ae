using PPYolo.Kernels.Elementwise;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>A convolution without bias, a batch norm, and an activation.</summary>
public sealed class ConvNorm : NamedModule<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> conv;
    private readonly BatchNorm norm;
    private readonly Activation activation;
    private bool folded;

    /// <summary>Creates the layer with padding that keeps the size at stride 1.</summary>
    /// <param name="conv">The convolution: a <see cref="SquareConvolution"/> or a <see cref="DeformableConv"/>.</param>
    /// <param name="norm">The norm.</param>
    /// <param name="normName">The norm's name in the state_dict: "norm" in the backbone, "batch_norm" in the neck.</param>
    /// <param name="activation">What follows.</param>
    public ConvNorm(nn.Module<Tensor, Tensor> conv, BatchNorm norm, string normName, Activation activation)
        : base(nameof(ConvNorm))
    {
        this.conv = conv;
        this.norm = norm;
        this.activation = activation;
        if (conv is DeformableConv deformable)
        {
            // The reference keeps the offsets' convolution beside the one it serves.
            register_module("conv_offset", deformable.Offsets);
        }

        register_module("conv", conv);
        register_module(normName, norm);
    }

    /// <summary>What follows the norm.</summary>
    public Activation Activation => activation;

    /// <summary>A plain square convolution with a norm; one that sees coordinates where asked for.</summary>
    public static ConvNorm Plain(
        long inputs,
        long outputs,
        int kernel,
        int stride,
        string normName,
        Activation activation,
        NetworkOptions options,
        double? momentum = null,
        bool coordinates = false
    ) =>
        new(
            new SquareConvolution(inputs, outputs, kernel, stride, bias: false, coordinates),
            new BatchNorm(outputs, momentum ?? options.NormMomentum, options.NormEpsilon),
            normName,
            activation
        );

    /// <summary>
    /// Takes the norm, as evaluation computes it, into the convolution's weight and a new bias, both computed in float64. Scores change by
    /// rounding alone. The layer cannot train afterwards, and its state_dict has another entry.
    /// </summary>
    public void FoldNorm()
    {
        if (folded)
        {
            return;
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (scale, shift) = norm.EvaluationTerms();
        if (conv is DeformableConv deformable)
        {
            deformable.Scale(scale, shift);
        }
        else
        {
            ((SquareConvolution)conv).Scale(scale, shift);
        }

        folded = true;
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        if (folded)
        {
            return training
                ? throw new InvalidOperationException("a network whose norms are folded cannot train")
                : activation.Apply(conv.call(input));
        }

        return norm.NormalizeOwn(conv.call(input), activation);
    }
}
