using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Memory;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Normalization;

/// <summary>
/// The arithmetic as passes over contiguous float32 memory, channel by channel: what belongs to one channel of a batch mostly stays in a
/// core's cache from one pass to the next. A channel is summed by one thread, so that results do not depend on how many there are. Rounding
/// is that of libtorch's contiguous norm.
/// </summary>
internal sealed unsafe class CpuNormMath : NormMath
{
    public static readonly CpuNormMath Instance = new();

    public override Tensor Sums(Tensor input)
    {
        using var x = new Map(input);
        var sums = empty(x.Channels, dtype: ScalarType.Float64);
        var s = Doubles(sums);
        ForEachChannel(x, c => s[c] = Sum(x, c));
        return sums;
    }

    public override Tensor SquaredDeviations(Tensor input, Tensor mean)
    {
        using var x = new Map(input);
        var sums = empty(x.Channels, dtype: ScalarType.Float64);
        var s = Doubles(sums);
        var m = Floats(mean);
        ForEachChannel(x, c => s[c] = SquaredDeviations(x, c, m[c]));
        return sums;
    }

    public override (Tensor Mean, Tensor SquaredDeviations) Moments(Tensor input)
    {
        using var x = new Map(input);
        Tensor mean = empty(x.Channels, dtype: ScalarType.Float32),
            squared = empty(x.Channels, dtype: ScalarType.Float64);
        var m = Floats(mean);
        var s = Doubles(squared);
        ForEachChannel(
            x,
            c =>
            {
                m[c] = (float)(Sum(x, c) / (x.Images * x.Cells));
                s[c] = SquaredDeviations(x, c, m[c]);
            }
        );
        return (mean, squared);
    }

    public override Tensor Normalize(Tensor input, ChannelVectors vectors, Activation activation)
    {
        using var x = new Map(input);
        var output = empty(input.shape, dtype: ScalarType.Float32);
        Normalize(x, Floats(output), vectors, activation);
        return output;
    }

    public override void NormalizeOver(Tensor input, ChannelVectors vectors, Activation activation)
    {
        using var x = new Map(input);
        Normalize(x, Floats(input), vectors, activation);
    }

    public override Tensor GradientSums(Tensor input, Tensor gradient, ChannelVectors vectors, Activation activation)
    {
        using var x = new Map(input);
        using var g = new Map(gradient);
        var sums = empty(2, x.Channels, dtype: ScalarType.Float64);
        var s = Doubles(sums);
        var v = new ChannelPointers(vectors);
        ForEachChannel(
            x,
            c =>
            {
                double sum = 0,
                    products = 0;
                for (long image = 0; image < x.Images; image++)
                {
                    var plane = x.Plane(image, c);
                    NormKernels.GradientSums(x.Data + plane, g.Data + plane, x.Cells, v.At(c), activation, ref sum, ref products);
                }

                s[c] = sum;
                s[x.Channels + c] = products;
            }
        );
        return sums;
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
        using var x = new Map(input);
        using var g = new Map(gradient);
        var output = empty(input.shape, dtype: ScalarType.Float32);
        float* y = Floats(output),
            m = Floats(meanGradient),
            k = Floats(slope);
        var v = new ChannelPointers(vectors);
        ForEachChannel(
            x,
            c =>
            {
                for (long image = 0; image < x.Images; image++)
                {
                    var plane = x.Plane(image, c);
                    NormKernels.InputGradient(x.Data + plane, g.Data + plane, y + plane, x.Cells, v.At(c), m[c], k[c], activation);
                }
            }
        );
        return output;
    }

    private static void Normalize(Map x, float* y, ChannelVectors vectors, Activation activation)
    {
        float* scale = Floats(vectors.Scale),
            shift = Floats(vectors.Shift);
        ForEachChannel(
            x,
            c =>
            {
                for (long image = 0; image < x.Images; image++)
                {
                    NormKernels.Normalize(x.Data + x.Plane(image, c), y + x.Plane(image, c), x.Cells, scale[c], shift[c], activation);
                }
            }
        );
    }

    private static double Sum(Map x, long channel)
    {
        double sum = 0;
        for (long image = 0; image < x.Images; image++)
        {
            sum += NormKernels.Sum(x.Data + x.Plane(image, channel), x.Cells);
        }

        return sum;
    }

    private static double SquaredDeviations(Map x, long channel, float mean)
    {
        double sum = 0;
        for (long image = 0; image < x.Images; image++)
        {
            sum += NormKernels.SquaredDeviations(x.Data + x.Plane(image, channel), x.Cells, mean);
        }

        return sum;
    }

    private static void ForEachChannel(Map map, Action<int> work) => Work.ForEach((int)map.Channels, get_num_threads(), work);

    private static float* Floats(Tensor tensor) => TensorMemory.Address<float>(tensor);

    private static double* Doubles(Tensor tensor) => TensorMemory.Address<double>(tensor);

    /// <summary>A map's memory; copied only where it is not contiguous.</summary>
    private sealed class Map : IDisposable
    {
        private readonly Tensor contiguous;

        public Map(Tensor map)
        {
            using var detached = map.detach();
            contiguous = detached.contiguous();
            Data = Floats(contiguous);
            Images = map.shape[0];
            Channels = map.shape[1];
            Cells = map.shape[2] * map.shape[3];
        }

        public float* Data { get; }

        public long Images { get; }

        public long Channels { get; }

        public long Cells { get; }

        /// <summary>Where one channel of one image begins.</summary>
        public long Plane(long image, long channel) => ((image * Channels) + channel) * Cells;

        public void Dispose() => contiguous.Dispose();
    }

    /// <summary>The memory of <see cref="ChannelVectors"/>.</summary>
    private readonly struct ChannelPointers(ChannelVectors vectors)
    {
        private readonly float* mean = Floats(vectors.Mean),
            inverse = Floats(vectors.InverseDeviation),
            weight = Floats(vectors.Weight);
        private readonly float* scale = Floats(vectors.Scale),
            shift = Floats(vectors.Shift);

        public ChannelValues At(long channel) => new(mean[channel], inverse[channel], weight[channel], scale[channel], shift[channel]);
    }
}
