using PPYolo.Kernels.Deformable;
using PPYolo.Kernels.Operations;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>
/// Modulated deformable 3x3 convolution, padding 1, one group, no bias (Zhu et al., "Deformable ConvNets v2", arXiv:1811.11168). A plain
/// convolution predicts for every output cell and kernel point an offset (channel 2q is down, 2q+1 across, in cells of the input) and a
/// mask logit (channel 18+q); the input is sampled there bilinearly, as 0 outside, and weighed by the sigmoid of the logit.
/// </summary>
public sealed class DeformableConv : NamedModule<Tensor, Tensor>
{
    /// <summary>Points of the kernel.</summary>
    public const int Points = DeformableSampling.Points;

    private readonly Parameter weight;
    private readonly int stride;
    private readonly long channels;
    private Parameter? bias;

    /// <summary>Creates the layer; offsets start at zero and masks at one half.</summary>
    public DeformableConv(long inputs, long outputs, int stride)
        : base(nameof(DeformableConv))
    {
        this.stride = stride;
        channels = inputs;
        Offsets = new SquareConvolution(inputs, 3 * Points, 3, stride);
        weight = nn.Parameter(zeros(outputs, inputs, 3, 3));
        register_parameter("weight", weight);
    }

    /// <summary>The convolution that predicts offsets and mask logits: (B,27,H/stride,W/stride). Its owner registers it.</summary>
    public SquareConvolution Offsets { get; }

    /// <summary>(outputs, inputs, 3, 3).</summary>
    public Parameter Weight => weight;

    /// <summary>(outputs), or null where no norm was folded in.</summary>
    public Parameter? Bias => bias;

    /// <summary>Input cells per output cell.</summary>
    public int Stride => stride;

    /// <summary>
    /// Scales each output channel and adds to it, by changing the weight and adding a bias; the offsets stay as they are.
    /// </summary>
    /// <param name="scale">One float64 factor for each output channel.</param>
    /// <param name="shift">One float64 summand for each output channel.</param>
    internal void Scale(Tensor scale, Tensor shift)
    {
        bias = FoldedNorm.Into(weight, scale, shift);
        register_parameter(nameof(bias), bias);
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var predicted = Offsets.call(input);
        var offset = predicted.narrow(1, 0, 2 * Points);
        var mask = predicted.narrow(1, 2 * Points, Points).sigmoid();
        if (DeformableProduct.Suits(input, mask, weight))
        {
            var product = DeformableProduct.Apply(input, offset, mask, weight, stride);
            return (bias is null ? product : product.Add(bias.view(-1, 1, 1))).MoveToOuterDisposeScope();
        }

        var columns = DeformableSampling.Columns(input, offset, mask, stride);
        // A 1x1 convolution over the sampled columns is the quickest matrix product libtorch has on the CPU.
        var kernel = weight.permute(0, 2, 3, 1).reshape(weight.shape[0], Points * channels, 1, 1);
        var output = nn.functional.conv2d(columns, kernel, bias);
        // Columns are channels-last; what follows is laid out as what came.
        return (input.is_contiguous() ? output.contiguous() : output).MoveToOuterDisposeScope();
    }
}
