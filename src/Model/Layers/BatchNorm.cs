using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Normalization;
using PPYolo.Kernels.Operations;
using PPYolo.Model.State;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>
/// Batch normalization over the channels of (B,C,H,W) (Ioffe and Szegedy, arXiv:1502.03167). In training it normalizes with the batch's
/// mean and biased variance, and moves the running statistics towards the mean and the unbiased variance; in evaluation it normalizes with
/// the running statistics.
/// </summary>
public sealed class BatchNorm : NamedModule<Tensor, Tensor>, IDecayRule
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
    public BatchNorm(long channels, double momentum, double epsilon)
        : base(nameof(BatchNorm))
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
    public double Momentum { get; set; }

    /// <summary>Added to the variance before the square root.</summary>
    public double Epsilon { get; set; }

    /// <summary>Who else trains on parts of the same batch, or null; concerns training only.</summary>
    public IStatisticsReduction? Reduction { get; set; }

    /// <inheritdoc />
    public bool Decays(string parameter) => false;

    /// <inheritdoc />
    public override Tensor forward(Tensor input) => Normalize(input, Activation.None);

    /// <summary>Normalizes and applies the activation that follows.</summary>
    /// <param name="input">(B,C,H,W).</param>
    /// <param name="activation">What follows.</param>
    /// <returns>A map of the same shape that belongs to the caller.</returns>
    public Tensor Normalize(Tensor input, Activation activation)
    {
        using var scope = NewDisposeScope();
        var (fused, after) = Split(activation);
        var output = training
            ? BatchNormFunction.Apply(input, weight, bias, MeasureBatch(input), fused, Reduction)
            : nn.functional.batch_norm(input, runningMean, runningVariance, weight, bias, training: false, Momentum, Epsilon);
        return (training ? after : activation).Apply(output).MoveToOuterDisposeScope();
    }

    /// <summary>Normalizes a map that the caller gives away: where no gradient is asked for, the result takes its memory.</summary>
    /// <param name="input">(B,C,H,W); disposed, or returned with other values.</param>
    /// <param name="activation">What follows.</param>
    /// <returns>A map of the same shape that belongs to the caller.</returns>
    public Tensor NormalizeOwn(Tensor input, Activation activation)
    {
        if (
            !training
            || !input.is_contiguous()
            || (is_grad_enabled() && (input.requires_grad || weight.requires_grad || bias.requires_grad))
        )
        {
            using (input)
            {
                return Normalize(input, activation);
            }
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (fused, after) = Split(activation);
        var statistics = MeasureBatch(input);
        NormMath.For(input).NormalizeOver(input, ChannelVectors.Of(statistics.Mean, statistics.InverseDeviation, weight, bias), fused);
        return after == Activation.None ? input : after.Apply(input).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// What goes into the norm's own pass, and what comes after it: mish is an operation of its own; the piecewise linear ones cost nothing
    /// on the way.
    /// </summary>
    private static (Activation Fused, Activation After) Split(Activation activation) =>
        activation == Activation.Mish ? (Activation.None, activation) : (activation, Activation.None);

    /// <summary>The batch's statistics, with which the running ones move.</summary>
    private BatchStatistics MeasureBatch(Tensor input)
    {
        using var noGrad = no_grad();
        using var values = input.detach();
        var statistics = BatchStatistics.Of(values, Epsilon, Reduction);
        MoveRunning(statistics);
        return statistics;
    }

    /// <summary>What evaluation multiplies each channel by and then adds, in float64.</summary>
    internal (Tensor Scale, Tensor Shift) EvaluationTerms()
    {
        var scale = weight.to(ScalarType.Float64) / runningVariance.to(ScalarType.Float64).Plus(Scalars.Of(Epsilon)).sqrt();
        return (scale, bias.to(ScalarType.Float64) - (runningMean.to(ScalarType.Float64) * scale));
    }

    private void MoveRunning(BatchStatistics statistics)
    {
        batchesTracked.Add(Scalars.One);
        var unbiased = statistics.SquaredDeviations.to(ScalarType.Float64) / Scalars.Of(statistics.Count - 1);
        Move(runningMean, statistics.Mean.to(ScalarType.Float64));
        Move(runningVariance, unbiased);
    }

    private void Move(Tensor running, Tensor measured)
    {
        Scalar kept = Scalars.Of(1 - Momentum),
            taken = Scalars.Of(Momentum);
        running.copy_((running.to(ScalarType.Float64) * kept).Plus(measured * taken));
    }
}
