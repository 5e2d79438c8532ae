using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers.Normalization;

/// <summary>
/// The arithmetic as passes over channels-last float32 memory. libtorch's own channels-last norm adds up in float32, which makes activations five times as
/// noisy as its contiguous one; these sums are float64. Rows are cut into pieces by size alone and piece sums are added in order, so that the result does not
/// depend on the number of threads.
/// </summary>
internal sealed unsafe class CpuNormMath : NormMath
{
    private const int PieceElements = 1 << 15;

    public static readonly CpuNormMath Instance = new();

    public override Tensor Sums(Tensor input)
    {
        using var x = new Map(input);
        return SumPieces(x.Extent, (first, last, sums) => NormKernels.Sums(x.Data, first, last, x.Extent.Channels, sums));
    }

    public override Tensor Normalize(Tensor input, ChannelVectors vectors, Activation activation)
    {
        using var x = new Map(input);
        using var v = new Vectors(vectors);
        var output = Like(input);
        using var y = new Map(output);
        ForEachPiece(x.Extent, (_, first, last) => NormKernels.Normalize(x.Data, y.Data, first, last, x.Extent.Channels, v.Mean, v.Scale, v.Bias, activation));
        return output;
    }

    public override Tensor GradientSums(Tensor input, Tensor gradient, ChannelVectors vectors, Activation activation)
    {
        using var x = new Map(input);
        using var g = new Map(gradient);
        using var v = new Vectors(vectors);
        return SumPieces(
            x.Extent, (first, last, sums) => NormKernels.GradientSums(x.Data, g.Data, first, last, x.Extent.Channels, v.Mean, v.Scale, v.Bias, activation, sums));
    }

    public override Tensor InputGradient(Tensor input, Tensor gradient, ChannelVectors vectors, Tensor meanGradient, Tensor slope, Activation activation)
    {
        using var x = new Map(input);
        using var g = new Map(gradient);
        using var v = new Vectors(vectors);
        using var narrowMean = meanGradient.to(ScalarType.Float32);
        using var narrowSlope = slope.to(ScalarType.Float32);
        var output = Like(input);
        using var y = new Map(output);
        float* m = Address<float>(narrowMean), k = Address<float>(narrowSlope);
        ForEachPiece(
            x.Extent,
            (_, first, last) => NormKernels.InputGradient(x.Data, g.Data, y.Data, first, last, x.Extent.Channels, v.Mean, v.Scale, v.Bias, m, k, activation));
        return output;
    }

    private delegate void PieceSums(long first, long last, double* sums);

    private static Tensor SumPieces(Extent extent, PieceSums work)
    {
        var width = 2 * extent.Channels;
        var pieces = Pieces(extent);
        using var partial = zeros(pieces, width, dtype: ScalarType.Float64);
        var at = Address<double>(partial);
        ForEachPiece(extent, (piece, first, last) => work(first, last, at + (piece * width)));
        using var total = partial.sum([0L]);
        return total.view(2, extent.Channels);
    }

    private static void ForEachPiece(Extent extent, Action<long, long, long> work)
    {
        var pieces = Pieces(extent);
        var rows = RowsOfPiece(extent);
        var threads = get_num_threads();
        if (threads == 1 || pieces == 1)
        {
            for (long piece = 0; piece < pieces; piece++)
            {
                work(piece, piece * rows, Math.Min(extent.Rows, (piece + 1) * rows));
            }

            return;
        }

        Parallel.For(
            0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads }, piece => work(piece, piece * rows, Math.Min(extent.Rows, (piece + 1) * rows)));
    }

    private static long RowsOfPiece(Extent extent) => Math.Max(8, PieceElements / extent.Channels);

    private static long Pieces(Extent extent) => (extent.Rows + RowsOfPiece(extent) - 1) / RowsOfPiece(extent);

    /// <summary>A new map of the same extents in channels-last memory: no view, so that it may be changed in place afterwards.</summary>
    private static Tensor Like(Tensor map)
    {
        long channels = map.shape[1], height = map.shape[2], width = map.shape[3];
        return empty_strided(map.shape, [height * width * channels, 1, width * channels, channels], dtype: ScalarType.Float32);
    }

    private static T* Address<T>(Tensor tensor) where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    /// <summary>A map's memory as rows of channels; copied only where it is not channels-last yet.</summary>
    private sealed class Map : IDisposable
    {
        private readonly Tensor rows;

        public Map(Tensor map)
        {
            using var detached = map.detach();
            using var view = detached.permute(0, 2, 3, 1);
            rows = view.contiguous();
            Data = Address<float>(rows);
            Extent = new(map.shape[0] * map.shape[2] * map.shape[3], (int)map.shape[1]);
        }

        public float* Data { get; }

        public Extent Extent { get; }

        public void Dispose() => rows.Dispose();
    }

    /// <summary>Per-channel vectors as float32.</summary>
    private sealed class Vectors : IDisposable
    {
        private readonly Tensor mean, scale, bias;

        public Vectors(ChannelVectors vectors)
        {
            mean = vectors.Mean.to(ScalarType.Float32);
            scale = vectors.Scale.to(ScalarType.Float32);
            bias = vectors.Bias.to(ScalarType.Float32);
        }

        public float* Mean => Address<float>(mean);

        public float* Scale => Address<float>(scale);

        public float* Bias => Address<float>(bias);

        public void Dispose()
        {
            mean.Dispose();
            scale.Dispose();
            bias.Dispose();
        }
    }
}
