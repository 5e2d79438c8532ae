using System.Numerics;
using System.Runtime.CompilerServices;
using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Normalization;

/// <summary>The loops of <see cref="CpuNormMath"/> over one plane: one channel of one image. Sums are float64.</summary>
internal static unsafe class NormKernels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(float* x, long cells)
    {
        Vector<double> low = default,
            high = default,
            low2 = default,
            high2 = default;
        var distant = Prefetch.Pays(cells);
        long i = 0;
        for (; i <= cells - (2 * Vector<float>.Count); i += 2 * Vector<float>.Count)
        {
            if (distant)
            {
                Prefetch.After(x + i);
            }

            Vector.Widen(Vector.Load(x + i), out var a, out var b);
            Vector.Widen(Vector.Load(x + i + Vector<float>.Count), out var c, out var d);
            low += a;
            high += b;
            low2 += c;
            high2 += d;
        }

        var sum = Vector.Sum((low + low2) + (high + high2));
        for (; i < cells; i++)
        {
            sum += x[i];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SquaredDeviations(float* x, long cells, float mean)
    {
        var m = new Vector<float>(mean);
        Vector<double> low = default,
            high = default,
            low2 = default,
            high2 = default;
        var distant = Prefetch.Pays(cells);
        long i = 0;
        for (; i <= cells - (2 * Vector<float>.Count); i += 2 * Vector<float>.Count)
        {
            if (distant)
            {
                Prefetch.After(x + i);
            }

            Vector<float> first = Vector.Load(x + i) - m,
                second = Vector.Load(x + i + Vector<float>.Count) - m;
            Vector.Widen(first * first, out var a, out var b);
            Vector.Widen(second * second, out var c, out var d);
            low += a;
            high += b;
            low2 += c;
            high2 += d;
        }

        var sum = Vector.Sum((low + low2) + (high + high2));
        for (; i < cells; i++)
        {
            var difference = x[i] - mean;
            sum += difference * difference;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalize(float* x, float* y, long cells, float scale, float shift, Activation activation)
    {
        var slope = FusedActivation.Slope(activation);
        Vector<float> s = new(scale),
            b = new(shift);
        var distant = Prefetch.Pays(cells);
        long i = 0;
        for (; i <= cells - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (distant)
            {
                Prefetch.After(x + i);
                Prefetch.After(y + i);
            }

            var z = Vector.FusedMultiplyAdd(Vector.Load(x + i), s, b);
            Vector.ConditionalSelect(Vector.GreaterThan(z, Vector<float>.Zero), z, FusedActivation.Nonpositive(z, slope)).Store(y + i);
        }

        for (; i < cells; i++)
        {
            var z = MathF.FusedMultiplyAdd(x[i], scale, shift);
            y[i] = z > 0 ? z : FusedActivation.Nonpositive(z, slope);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GradientSums(
        float* x,
        float* g,
        long cells,
        ChannelValues channel,
        Activation activation,
        ref double sum,
        ref double products
    )
    {
        var slope = FusedActivation.Slope(activation);
        Vector<float> m = new(channel.Mean),
            s = new(channel.Scale),
            b = new(channel.Shift);
        Vector<double> low = default,
            high = default,
            lowProducts = default,
            highProducts = default;
        var distant = Prefetch.Pays(cells);
        long i = 0;
        for (; i <= cells - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (distant)
            {
                Prefetch.After(x + i);
                Prefetch.After(g + i);
            }

            var value = Vector.Load(x + i);
            var passed = FusedActivation.Passed(Vector.Load(g + i), Vector.FusedMultiplyAdd(value, s, b), slope);
            Vector.Widen(passed, out var pLow, out var pHigh);
            Vector.Widen(value - m, out var cLow, out var cHigh);
            low += pLow;
            high += pHigh;
            lowProducts += pLow * cLow;
            highProducts += pHigh * cHigh;
        }

        sum += Vector.Sum(low + high);
        products += Vector.Sum(lowProducts + highProducts);
        for (; i < cells; i++)
        {
            var passed = FusedActivation.Passed(g[i], MathF.FusedMultiplyAdd(x[i], channel.Scale, channel.Shift), slope);
            sum += passed;
            products += (double)passed * (x[i] - channel.Mean);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputGradient(
        float* x,
        float* g,
        float* y,
        long cells,
        ChannelValues channel,
        float meanGradient,
        float fall,
        Activation activation
    )
    {
        var slope = FusedActivation.Slope(activation);
        Vector<float> m = new(channel.Mean),
            s = new(channel.Scale),
            b = new(channel.Shift);
        Vector<float> mg = new(meanGradient),
            k = new(fall),
            d = new(channel.InverseDeviation),
            w = new(channel.Weight);
        var distant = Prefetch.Pays(cells);
        long i = 0;
        for (; i <= cells - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (distant)
            {
                Prefetch.After(x + i);
                Prefetch.After(g + i);
                Prefetch.After(y + i);
            }

            var value = Vector.Load(x + i);
            var passed = FusedActivation.Passed(Vector.Load(g + i), Vector.FusedMultiplyAdd(value, s, b), slope) - mg;
            (Vector.FusedMultiplyAdd(m - value, k, passed) * d * w).Store(y + i);
        }

        for (; i < cells; i++)
        {
            var passed = FusedActivation.Passed(g[i], MathF.FusedMultiplyAdd(x[i], channel.Scale, channel.Shift), slope) - meanGradient;
            y[i] = MathF.FusedMultiplyAdd(channel.Mean - x[i], fall, passed) * channel.InverseDeviation * channel.Weight;
        }
    }
}
