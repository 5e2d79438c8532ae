using PPYolo.Kernels.Memory;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Kinks;

/// <summary>
/// Finds the cells of a max pool whose two largest values nearly tie. Equal values are no tie: they come from the same place of a
/// rectifier, and the first of them gets the gradient in every run.
/// </summary>
internal static unsafe class TieScan
{
    /// <summary>Near ties of the squares of a pool with half a square of padding.</summary>
    /// <param name="map">(B,C,H,W), contiguous.</param>
    /// <param name="pooled">What came of it.</param>
    /// <param name="size">The square's extent: odd.</param>
    /// <param name="stride">From square to square.</param>
    public static IReadOnlyList<NearKinks.Near> Of(Tensor map, Tensor pooled, int size, int stride)
    {
        using var noGrad = no_grad();
        using var values = map.detach();
        var scale = KinkScan.RootMeanSquare(values);
        var from = TensorMemory.Address<float>(values);
        int height = (int)map.shape[2],
            width = (int)map.shape[3],
            rows = (int)pooled.shape[2],
            columns = (int)pooled.shape[3];
        var found = new List<NearKinks.Near>?[(int)(map.shape[0] * map.shape[1])];
        Work.ForEach(
            found.Length,
            get_num_threads(),
            plane => found[plane] = Plane(from + ((long)plane * height * width), (long)plane * rows * columns)
        );
        GC.KeepAlive(values);
        return KinkScan.Joined(found);

        List<NearKinks.Near>? Plane(float* cells, long start)
        {
            List<NearKinks.Near>? near = null;
            // Along rows and then along columns, as the two largest of a square are among the two largest of its rows.
            var first = new float[height * columns];
            var second = new float[height * columns];
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < columns; x++)
                {
                    float largest = float.NegativeInfinity,
                        next = float.NegativeInfinity;
                    var end = Math.Min(width, (x * stride) + (size / 2) + 1);
                    for (var i = Math.Max(0, (x * stride) - (size / 2)); i < end; i++)
                    {
                        var value = cells[(y * width) + i];
                        next = MathF.Max(next, MathF.Min(largest, value));
                        largest = MathF.Max(largest, value);
                    }

                    (first[(y * columns) + x], second[(y * columns) + x]) = (largest, next);
                }
            }

            for (var y = 0; y < rows; y++)
            {
                for (var x = 0; x < columns; x++)
                {
                    float largest = float.NegativeInfinity,
                        next = float.NegativeInfinity;
                    var end = Math.Min(height, (y * stride) + (size / 2) + 1);
                    for (var i = Math.Max(0, (y * stride) - (size / 2)); i < end; i++)
                    {
                        var at = (i * columns) + x;
                        next = MathF.Max(MathF.Max(next, second[at]), MathF.Min(largest, first[at]));
                        largest = MathF.Max(largest, first[at]);
                    }

                    var gap = largest - next;
                    var level = gap > 0 ? KinkScan.Level(gap, scale) : NearKinks.Levels;
                    if (level < NearKinks.Levels)
                    {
                        (near ??= []).Add(new(start + (y * columns) + x, level));
                    }
                }
            }

            return near;
        }
    }
}
