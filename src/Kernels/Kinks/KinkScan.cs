using System.Numerics;
using PPYolo.Kernels.Memory;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Kinks;

/// <summary>Finds values near zero in one pass over memory.</summary>
internal static unsafe class KinkScan
{
    private const int PieceElements = 1 << 16;

    /// <summary>Values x * scale + shift near zero.</summary>
    public static IReadOnlyList<NearKinks.Near> OfNorm(Tensor input, Tensor scale, Tensor shift, double size)
    {
        using var noGrad = no_grad();
        using var detached = input.detach();
        using var map = detached.contiguous();
        float* x = TensorMemory.Address<float>(map),
            a = TensorMemory.Address<float>(scale),
            b = TensorMemory.Address<float>(shift);
        int channels = (int)map.shape[1],
            cells = (int)(map.shape[2] * map.shape[3]);
        var planes = (int)map.shape[0] * channels;
        var found = new List<NearKinks.Near>?[planes];
        Work.ForEach(
            planes,
            get_num_threads(),
            plane => found[plane] = Scan(x, (long)plane * cells, cells, a[plane % channels], b[plane % channels], size)
        );
        GC.KeepAlive(map);
        return Joined(found);
    }

    /// <summary>Values near zero.</summary>
    public static IReadOnlyList<NearKinks.Near> OfValues(Tensor values)
    {
        using var noGrad = no_grad();
        using var detached = values.detach();
        using var plain = detached.contiguous();
        var size = RootMeanSquare(plain);
        var at = TensorMemory.Address<float>(plain);
        var count = plain.numel();
        var found = new List<NearKinks.Near>?[(int)((count + PieceElements - 1) / PieceElements)];
        Work.ForEach(
            found.Length,
            get_num_threads(),
            piece =>
            {
                var start = (long)piece * PieceElements;
                found[piece] = Scan(at, start, (int)Math.Min(PieceElements, count - start), 1, 0, size);
            }
        );
        GC.KeepAlive(plain);
        return Joined(found);
    }

    /// <summary>The root mean square of a contiguous float32 tensor.</summary>
    public static double RootMeanSquare(Tensor values) =>
        values.numel() == 0 ? 0 : values.norm().to(ScalarType.Float64).item<double>() / Math.Sqrt(values.numel());

    /// <summary>The lowest level that reaches a distance, or <see cref="NearKinks.Levels"/> where none does.</summary>
    public static int Level(double distance, double size)
    {
        var level = 0;
        while (level < NearKinks.Levels && distance > NearKinks.Reach(level) * size)
        {
            level++;
        }

        return level;
    }

    /// <summary>What pieces found, in their order.</summary>
    public static IReadOnlyList<NearKinks.Near> Joined(IEnumerable<List<NearKinks.Near>?> pieces) =>
        [.. pieces.Where(piece => piece is not null).SelectMany(piece => piece!)];

    private static List<NearKinks.Near>? Scan(float* values, long start, int count, float scale, float shift, double size)
    {
        List<NearKinks.Near>? found = null;
        var farthest = (float)(NearKinks.Reach(NearKinks.Levels - 1) * size);
        Vector<float> reach = new(farthest),
            a = new(scale),
            b = new(shift);
        var at = values + start;
        var i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (Vector.LessThanOrEqualAny(Vector.Abs((Vector.Load(at + i) * a) + b), reach))
            {
                Look(i, i + Vector<float>.Count);
            }
        }

        Look(i, count);
        return found;

        void Look(int from, int to)
        {
            for (var element = from; element < to; element++)
            {
                var distance = MathF.Abs((at[element] * scale) + shift);
                if (distance <= farthest)
                {
                    (found ??= []).Add(new(start + element, Math.Min(NearKinks.Levels - 1, Level(distance, size))));
                }
            }
        }
    }
}
