using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PPYolo.Kernels.Memory;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Pooling;

/// <summary>
/// The 2x2 average pool of stride 2 before the 1x1 convolution of a ResNet-vd shortcut. Where an extent is odd, the last results are
/// averages of the cells that exist.
/// </summary>
internal sealed unsafe class AveragePool() : nn.Module<Tensor, Tensor>(nameof(AveragePool))
{
    private const int Lanes = CellPairs.Count;

    public override Tensor forward(Tensor input)
    {
        if (!TensorMemory.IsPlain(input) || (is_grad_enabled() && input.requires_grad))
        {
            return nn.functional.avg_pool2d(input, [2L, 2L], [2L, 2L], ceil_mode: true);
        }

        // libtorch goes cell by cell. Sums have its order.
        int height = (int)input.shape[2],
            width = (int)input.shape[3],
            rows = (height + 1) / 2,
            columns = (width + 1) / 2;
        var output = empty(input.shape[0], input.shape[1], rows, columns);
        float* from = TensorMemory.Address<float>(input),
            to = TensorMemory.Address<float>(output);
        Work.ForEach(
            (int)(input.shape[0] * input.shape[1]),
            get_num_threads(),
            plane =>
            {
                float* map = from + ((long)plane * height * width),
                    pooled = to + ((long)plane * rows * columns);
                for (var row = 0; row < rows; row++, map += 2 * width, pooled += columns)
                {
                    Average(map, (2 * row) + 1 < height ? map + width : null, width, pooled);
                }
            }
        );
        GC.KeepAlive(input);
        return output;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Average(float* upper, float* lower, int width, float* pooled)
    {
        int whole = width / 2,
            column = 0;
        if (lower is not null && whole >= Lanes)
        {
            // The last vector overlaps the one before it.
            for (; column < whole; column = column + Lanes == whole ? whole : Math.Min(column + Lanes, whole - Lanes))
            {
                float* a = upper + (2 * column),
                    b = lower + (2 * column);
                CellPairs above = CellPairs.Load(a),
                    below = CellPairs.Load(b);
                ((above.Even + above.Odd + below.Even + below.Odd) * 0.25f).Store(pooled + column);
            }
        }

        for (; column < whole; column++)
        {
            float* a = upper + (2 * column),
                b = lower + (2 * column);
            pooled[column] = lower is null ? (a[0] + a[1]) / 2 : (a[0] + a[1] + b[0] + b[1]) / 4;
        }

        if (width % 2 != 0)
        {
            pooled[whole] = lower is null ? upper[width - 1] : (upper[width - 1] + lower[width - 1]) / 2;
        }
    }
}
