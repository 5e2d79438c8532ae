using System.Numerics.Tensors;
using PPYolo.Align.Tensors;
using PPYolo.Harness.Measures;

namespace PPYolo.Harness.Self;

/// <summary>In what two runs' tensors are measured.</summary>
/// <param name="Name">The unit, for reports.</param>
/// <param name="Between">The distance of two tensors.</param>
/// <param name="LastPlace">A unit in the last place of a tensor's largest element, in the same unit.</param>
/// <param name="InOrder">Whether tensors come in order of execution, so that the noise of one is in all that follow.</param>
internal sealed record NoiseMeasure(
    string Name,
    Func<TensorData, TensorData, double> Between,
    Func<TensorData, double> LastPlace,
    bool InOrder
)
{
    /// <summary>The L2 norm of the difference.</summary>
    public static readonly NoiseMeasure Tensors = new(
        "L2 distance of each tensor",
        (one, other) => Math.Sqrt(Distance.Squared(one, other)),
        tensor =>
            tensor.Type == ElementType.Float32 && tensor.Count > 0 ? LastPlaceOf(TensorPrimitives.MaxMagnitude(tensor.As<float>())) : 0,
        InOrder: false
    );

    /// <summary>The largest difference of a loss in units of the loss. A tensor is the losses of an iteration.</summary>
    public static readonly NoiseMeasure Losses = new("relative, each loss", Relative, _ => Math.Pow(2, -23), InOrder: true);

    /// <summary>
    /// How far two tensors are from one another: 0 where every bit is equal and nowhere else, NaN where that cannot be measured.
    /// </summary>
    public double Apart(TensorData? one, TensorData? other)
    {
        if (one is null || other is null)
        {
            return double.NaN;
        }

        if (one.BitwiseEquals(other))
        {
            return 0;
        }

        var distance = Between(one, other);
        // A zero of the other sign is no distance, but another bit.
        return !double.IsFinite(distance) ? double.NaN : Math.Max(distance, double.Epsilon);
    }

    private static double LastPlaceOf(float largest) => MathF.BitIncrement(largest) - largest;

    private static double Relative(TensorData one, TensorData other)
    {
        ReadOnlySpan<float> a = one.As<float>(),
            b = other.As<float>();
        if (a.Length != b.Length)
        {
            return double.NaN;
        }

        double largest = 0;
        for (var i = 0; i < a.Length; i++)
        {
            var apart = a[i] == b[i] ? 0 : Math.Abs((double)a[i] - b[i]) / Math.Max(Math.Abs((double)a[i]), Math.Abs((double)b[i]));
            // Unlike a comparison, the maximum keeps a NaN.
            largest = Math.Max(largest, apart);
        }

        return largest;
    }
}
