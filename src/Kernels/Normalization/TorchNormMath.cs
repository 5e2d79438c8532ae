using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Normalization;

/// <summary>The arithmetic by torch operations: for any device and type, and the yardstick of the kernels.</summary>
internal sealed class TorchNormMath : NormMath
{
    public static readonly TorchNormMath Instance = new();

    public override Tensor Sums(Tensor input)
    {
        // Summed in float64 without a copy of the map in it, which a card would have to hold.
        return input.sum([0, 2, 3], type: ScalarType.Float64);
    }

    public override Tensor SquaredDeviations(Tensor input, Tensor mean)
    {
        using var scope = NewDisposeScope();
        return (input - Broadcast(mean)).pow(Scalars.Of(2)).sum([0, 2, 3], type: ScalarType.Float64).MoveToOuterDisposeScope();
    }

    public override Tensor Normalize(Tensor input, ChannelVectors vectors, Activation activation)
    {
        using var scope = NewDisposeScope();
        return activation.Apply(Linear(input, vectors)).MoveToOuterDisposeScope();
    }

    public override void NormalizeOver(Tensor input, ChannelVectors vectors, Activation activation)
    {
        using var scope = NewDisposeScope();
        input.copy_(activation.Apply(Linear(input, vectors)));
    }

    public override Tensor GradientSums(Tensor input, Tensor gradient, ChannelVectors vectors, Activation activation)
    {
        using var scope = NewDisposeScope();
        var passed = Passed(input, gradient, vectors, activation);
        // One map in float64, image by image: products of float32 are exact in it, and a card need not hold three maps of twice the size.
        var sums = zeros(input.shape[1], dtype: ScalarType.Float64, device: input.device);
        for (var image = 0; image < input.shape[0]; image++)
        {
            using var piece = NewDisposeScope();
            var centred = input.select(0, image).to(ScalarType.Float64) - vectors.Mean.view(-1, 1, 1);
            sums.Add((centred * passed.select(0, image)).sum([1, 2]));
        }

        return stack([passed.sum([0, 2, 3], type: ScalarType.Float64), sums]).MoveToOuterDisposeScope();
    }

    public override Tensor InputGradient(
        Tensor input,
        Tensor gradient,
        ChannelVectors vectors,
        Tensor meanGradient,
        Tensor slope,
        Activation activation
    )
    {
        using var scope = NewDisposeScope();
        var centred = input - Broadcast(vectors.Mean);
        var passed = Passed(input, gradient, vectors, activation);
        var remaining = passed - Broadcast(meanGradient) - (centred * Broadcast(slope));
        return (remaining * Broadcast(vectors.InverseDeviation) * Broadcast(vectors.Weight)).MoveToOuterDisposeScope();
    }

    private static Tensor Linear(Tensor input, ChannelVectors vectors) =>
        addcmul(Broadcast(vectors.Shift), input, Broadcast(vectors.Scale), Scalars.One);

    /// <summary>The gradient behind the activation.</summary>
    private static Tensor Passed(Tensor input, Tensor gradient, ChannelVectors vectors, Activation activation)
    {
        if (activation == Activation.None)
        {
            return gradient;
        }

        var positive = Linear(input, vectors).gt(Scalars.Of(0)).to(gradient.dtype);
        return activation == Activation.Relu
            ? gradient * positive
            : gradient * (positive * Scalars.Of(1 - Activations.LeakySlope)).Plus(Scalars.Of(Activations.LeakySlope));
    }

    private static Tensor Broadcast(Tensor vector) => vector.view(1, -1, 1, 1);
}
