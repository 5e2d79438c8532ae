using System.Numerics;
using System.Runtime.CompilerServices;

namespace PPYolo.Model.Layers.Normalization;

/// <summary>The loops of <see cref="CpuNormMath"/> over rows of channels.</summary>
internal static unsafe class NormKernels
{
    /// <summary>Rows that share one load and store of the running sums.</summary>
    private const int RowBlock = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sums(float* x, long first, long last, int channels, double* sums)
    {
        double* squares = sums + channels;
        for (var row = first; row < last; row += RowBlock)
        {
            var rows = (int)Math.Min(RowBlock, last - row);
            float* block = x + (row * channels);
            var c = 0;
            for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count)
            {
                Vector<double> low = Vector.Load(sums + c), high = Vector.Load(sums + c + Vector<double>.Count);
                Vector<double> lowSquares = Vector.Load(squares + c), highSquares = Vector.Load(squares + c + Vector<double>.Count);
                for (var r = 0; r < rows; r++)
                {
                    Vector.Widen(Vector.Load(block + ((long)r * channels) + c), out var a, out var b);
                    low += a;
                    high += b;
                    lowSquares += a * a;
                    highSquares += b * b;
                }

                low.Store(sums + c);
                high.Store(sums + c + Vector<double>.Count);
                lowSquares.Store(squares + c);
                highSquares.Store(squares + c + Vector<double>.Count);
            }

            for (; c < channels; c++)
            {
                for (var r = 0; r < rows; r++)
                {
                    double value = block[((long)r * channels) + c];
                    sums[c] += value;
                    squares[c] += value * value;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalize(float* x, float* y, long first, long last, int channels, float* mean, float* scale, float* bias, Activation activation)
    {
        var slope = Slope(activation);
        for (var row = first; row < last; row++)
        {
            float* from = x + (row * channels), to = y + (row * channels);
            var c = 0;
            for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count)
            {
                var z = Vector.FusedMultiplyAdd(Vector.Load(from + c) - Vector.Load(mean + c), Vector.Load(scale + c), Vector.Load(bias + c));
                Vector.ConditionalSelect(Vector.GreaterThan(z, Vector<float>.Zero), z, Nonpositive(z, slope)).Store(to + c);
            }

            for (; c < channels; c++)
            {
                var z = MathF.FusedMultiplyAdd(from[c] - mean[c], scale[c], bias[c]);
                to[c] = z > 0 ? z : Nonpositive(z, slope);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GradientSums(
        float* x, float* g, long first, long last, int channels, float* mean, float* scale, float* bias, Activation activation, double* sums)
    {
        double* products = sums + channels;
        var slope = Slope(activation);
        for (var row = first; row < last; row += RowBlock)
        {
            var rows = (int)Math.Min(RowBlock, last - row);
            float* xBlock = x + (row * channels), gBlock = g + (row * channels);
            var c = 0;
            for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count)
            {
                Vector<double> low = Vector.Load(sums + c), high = Vector.Load(sums + c + Vector<double>.Count);
                Vector<double> lowProducts = Vector.Load(products + c), highProducts = Vector.Load(products + c + Vector<double>.Count);
                Vector<float> m = Vector.Load(mean + c), s = Vector.Load(scale + c), b = Vector.Load(bias + c);
                for (var r = 0; r < rows; r++)
                {
                    var centred = Vector.Load(xBlock + ((long)r * channels) + c) - m;
                    var passed = Passed(Vector.Load(gBlock + ((long)r * channels) + c), Vector.FusedMultiplyAdd(centred, s, b), slope);
                    Vector.Widen(passed, out var pLow, out var pHigh);
                    Vector.Widen(centred, out var cLow, out var cHigh);
                    low += pLow;
                    high += pHigh;
                    lowProducts += pLow * cLow;
                    highProducts += pHigh * cHigh;
                }

                low.Store(sums + c);
                high.Store(sums + c + Vector<double>.Count);
                lowProducts.Store(products + c);
                highProducts.Store(products + c + Vector<double>.Count);
            }

            for (; c < channels; c++)
            {
                for (var r = 0; r < rows; r++)
                {
                    var centred = xBlock[((long)r * channels) + c] - mean[c];
                    var passed = Passed(gBlock[((long)r * channels) + c], MathF.FusedMultiplyAdd(centred, scale[c], bias[c]), slope);
                    sums[c] += passed;
                    products[c] += (double)passed * centred;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputGradient(
        float* x, float* g, float* y, long first, long last, int channels, float* mean, float* scale, float* bias, float* meanGradient, float* fall, Activation activation)
    {
        var slope = Slope(activation);
        for (var row = first; row < last; row++)
        {
            float* from = x + (row * channels), gradient = g + (row * channels), to = y + (row * channels);
            var c = 0;
            for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count)
            {
                var s = Vector.Load(scale + c);
                var centred = Vector.Load(from + c) - Vector.Load(mean + c);
                var passed = Passed(Vector.Load(gradient + c), Vector.FusedMultiplyAdd(centred, s, Vector.Load(bias + c)), slope);
                (s * Vector.FusedMultiplyAdd(-centred, Vector.Load(fall + c), passed - Vector.Load(meanGradient + c))).Store(to + c);
            }

            for (; c < channels; c++)
            {
                var centred = from[c] - mean[c];
                var passed = Passed(gradient[c], MathF.FusedMultiplyAdd(centred, scale[c], bias[c]), slope);
                to[c] = scale[c] * MathF.FusedMultiplyAdd(-centred, fall[c], passed - meanGradient[c]);
            }
        }
    }

    /// <summary>The activation's slope where its argument is not positive.</summary>
    private static float Slope(Activation activation) => activation switch
    {
        Activation.None => 1,
        Activation.Relu => 0,
        Activation.LeakyRelu => (float)Activations.LeakySlope,
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "not fused with a norm"),
    };

    /// <summary>The activation of a value that is not positive; a NaN stays one, and 0 times infinity does not arise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Nonpositive(Vector<float> z, float slope) =>
        slope == 0 ? Vector.ConditionalSelect(Vector.Equals(z, z), Vector<float>.Zero, z) : z * slope;

    private static float Nonpositive(float z, float slope) => slope == 0 ? (float.IsNaN(z) ? z : 0) : z * slope;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Passed(Vector<float> gradient, Vector<float> z, float slope) =>
        Vector.ConditionalSelect(Vector.GreaterThan(z, Vector<float>.Zero), gradient, slope == 0 ? Vector<float>.Zero : gradient * slope);

    private static float Passed(float gradient, float z, float slope) => z > 0 ? gradient : slope == 0 ? 0 : gradient * slope;
}
