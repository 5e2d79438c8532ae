using System.Numerics;
using System.Runtime.CompilerServices;
using PPYolo.Kernels.Elementwise;

namespace PPYolo.Kernels.Normalization;

/// <summary>The piecewise linear activations inside the loops of norms.</summary>
internal static class FusedActivation
{
    /// <summary>The activation's slope where its argument is not positive.</summary>
    public static float Slope(Activation activation) =>
        activation switch
        {
            Activation.None => 1,
            Activation.Relu => 0,
            Activation.LeakyRelu => (float)Activations.LeakySlope,
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "not fused with a norm"),
        };

    /// <summary>The activation of a value that is not positive; a NaN stays one, and 0 times infinity does not arise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Nonpositive(Vector<float> z, float slope) =>
        slope == 0 ? Vector.ConditionalSelect(Vector.Equals(z, z), Vector<float>.Zero, z) : z * slope;

    /// <inheritdoc cref="Nonpositive(Vector{float},float)" />
    public static float Nonpositive(float z, float slope) => slope == 0 ? (float.IsNaN(z) ? z : 0) : z * slope;

    /// <summary>The gradient behind the activation, whose argument was z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Passed(Vector<float> gradient, Vector<float> z, float slope) =>
        Vector.ConditionalSelect(Vector.GreaterThan(z, Vector<float>.Zero), gradient, slope == 0 ? Vector<float>.Zero : gradient * slope);

    /// <inheritdoc cref="Passed(Vector{float},Vector{float},float)" />
    public static float Passed(float gradient, float z, float slope) =>
        z > 0 ? gradient
        : slope == 0 ? 0
        : gradient * slope;
}
