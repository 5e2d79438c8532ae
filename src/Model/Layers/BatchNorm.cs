using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>
/// Batch normalization over the channels of (B,C,H,W) (Ioffe and Szegedy, arXiv:1502.03167). In training it normalises with the batch's mean and biased
/// variance, and moves the running statistics towards the mean and the unbiased variance.
/// </summary>
public sealed class BatchNorm : NamedModule<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;

    // The names let TorchSharp replace the fields when the module moves to another device.
    [ComponentName(Name = "running_mean")]
    private readonly Tensor runningMean;

    [ComponentName(Name = "running_var")]
    private readonly Tensor runningVariance;

    [ComponentName(Name = "num_batches_tracked")]
    private readonly Tensor batchesTracked;

    /// <summary>Creates a norm with weight 1, bias 0, mean 0 and variance 1.</summary>
    /// <param name="channels">The number of channels.</param>
    /// <param name="momentum">The share of the batch's statistics in the new running ones.</param>
    /// <param name="epsilon">Added to the variance before the square root.</param>
    public BatchNorm(long channels, double momentum, double epsilon) : base(nameof(BatchNorm))
    {
        Momentum = momentum;
        Epsilon = epsilon;
        weight = nn.Parameter(ones(channels));
        bias = nn.Parameter(zeros(channels));
        runningMean = zeros(channels);
        runningVariance = ones(channels);
        batchesTracked = tensor(0L);
        register_parameter("weight", weight);
        register_parameter("bias", bias);
        register_buffer("running_mean", runningMean);
        register_buffer("running_var", runningVariance);
        register_buffer("num_batches_tracked", batchesTracked);
    }

    /// <summary>The share of the batch's statistics in the new running ones.</summary>
    public double Momentum { get; }

    /// <summary>Added to the variance before the square root.</summary>
    public double Epsilon { get; }

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        if (training)
        {
            using var noGrad = no_grad();
            batchesTracked.add_(1);
        }

        return nn.functional.batch_norm(input, runningMean, runningVariance, weight, bias, training, Momentum, Epsilon);
    }
}
