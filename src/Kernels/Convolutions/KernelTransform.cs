using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// GgG' of Winograd's F(2x2,3x3): the sixteen points of each 3x3 kernel, as left factors of <see cref="PanelProduct"/>; and back, from the
/// gradient of points to that of kernels.
/// </summary>
internal static unsafe class KernelTransform
{
    private const int Lanes = PanelProduct.Lanes,
        Rows = PanelProduct.Rows,
        Points = 16,
        Taps = 9;

    /// <summary>The matrices that multiply inputs: a row for each output, as deep as there are inputs.</summary>
    /// <param name="weight">(K,C,3,3).</param>
    /// <param name="outputs">K.</param>
    /// <param name="inputs">C.</param>
    /// <param name="points">Sixteen matrices.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void ForInputs(float* weight, int outputs, int inputs, float* points, int threads) =>
        Apply(new(weight, inputs * Taps, Taps, Turned: false), outputs, inputs, points, threads);

    /// <summary>
    /// The matrices that multiply gradients of outputs: a row for each of the first inputs, as deep as there are outputs, of kernels turned
    /// by half a circle.
    /// </summary>
    /// <param name="weight">(K,C,3,3).</param>
    /// <param name="outputs">K.</param>
    /// <param name="inputs">C.</param>
    /// <param name="rows">For how many inputs.</param>
    /// <param name="points">Sixteen matrices.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void ForGradients(float* weight, int outputs, int inputs, int rows, float* points, int threads) =>
        Apply(new(weight, Taps, inputs * Taps, Turned: true), rows, outputs, points, threads);

    /// <summary>The gradient of one output's kernels.</summary>
    /// <param name="points">That of its points: sixteen rows of one float for each input, padded to sixteen.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="inputs">C.</param>
    /// <param name="gradient">(C,3,3).</param>
    public static void Back(float* points, long stride, int inputs, float* gradient)
    {
        var taps = stackalloc float[Taps * Lanes];
        var input = 0;
        for (; input <= inputs - Lanes; input += Lanes, gradient += Lanes * Taps)
        {
            Back(points + input, stride, taps);
            Interleaving.JoinNine(taps, Lanes, gradient);
        }

        if (input < inputs)
        {
            Back(points + input, stride, taps);
            for (var lane = 0; lane < inputs - input; lane++)
            {
                for (var tap = 0; tap < Taps; tap++)
                {
                    *gradient++ = taps[(tap * Lanes) + lane];
                }
            }
        }
    }

    private static void Apply(Kernels kernels, int rows, int depth, float* points, int threads)
    {
        var size = LeftFactor.Size(rows, depth);
        Work.ForEach(
            rows.PaddedTo(Rows) / Rows,
            threads,
            block =>
            {
                var taps = stackalloc float[Taps * Lanes];
                var stages = stackalloc float[Points * Rows * Lanes];
                var at = points + LeftFactor.Start(block * Rows, depth.PaddedTo(Lanes));
                for (var from = 0; from < depth; from += Lanes, at += Rows * Lanes)
                {
                    for (var row = 0; row < Rows; row++)
                    {
                        var exist = (block * Rows) + row < rows ? Math.Min(Lanes, depth - from) : 0;
                        kernels.Gather((block * Rows) + row, from, exist, taps);
                        Forth(
                            kernels.Turned ? taps + ((Taps - 1) * Lanes) : taps,
                            kernels.Turned ? -Lanes : Lanes,
                            stages + (row * Lanes),
                            Rows * Lanes
                        );
                    }

                    for (var point = 0; point < Points; point++)
                    {
                        LeftFactor.Turn(stages + (point * Rows * Lanes), Lanes, Lanes, at + (point * size));
                    }
                }
            }
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forth(float* taps, int tapStride, float* points, long stride)
    {
        // Columns of the kernel first, then the rows of what results.
        var columns = stackalloc Vector512<float>[12];
        for (var column = 0; column < 3; column++)
        {
            var tap = taps + (column * tapStride);
            Vector512<float> a = Vector512.Load(tap),
                b = Vector512.Load(tap + (3 * tapStride)),
                c = Vector512.Load(tap + (6 * tapStride));
            columns[column] = a;
            columns[column + 3] = (a + b + c) * 0.5f;
            columns[column + 6] = (a - b + c) * 0.5f;
            columns[column + 9] = c;
        }

        for (var row = 0; row < 4; row++, points += 4 * stride)
        {
            Vector512<float> a = columns[3 * row],
                b = columns[(3 * row) + 1],
                c = columns[(3 * row) + 2];
            a.Store(points);
            ((a + b + c) * 0.5f).Store(points + stride);
            ((a - b + c) * 0.5f).Store(points + (2 * stride));
            c.Store(points + (3 * stride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Back(float* points, long stride, float* taps)
    {
        var columns = stackalloc Vector512<float>[12];
        for (var column = 0; column < 4; column++)
        {
            float* at = points + (column * stride);
            Vector512<float> a = Vector512.Load(at),
                b = Vector512.Load(at + (4 * stride)),
                c = Vector512.Load(at + (8 * stride)),
                d = Vector512.Load(at + (12 * stride));
            columns[column] = a + ((b + c) * 0.5f);
            columns[column + 4] = (b - c) * 0.5f;
            columns[column + 8] = ((b + c) * 0.5f) + d;
        }

        for (var row = 0; row < 3; row++, taps += 3 * Lanes)
        {
            Vector512<float> a = columns[4 * row],
                b = columns[(4 * row) + 1],
                c = columns[(4 * row) + 2],
                d = columns[(4 * row) + 3];
            (a + ((b + c) * 0.5f)).Store(taps);
            ((b - c) * 0.5f).Store(taps + Lanes);
            (((b + c) * 0.5f) + d).Store(taps + (2 * Lanes));
        }
    }

    /// <summary>Kernels in memory, by row and depth of the matrices that are made of them.</summary>
    private readonly record struct Kernels(nint Address, int RowStride, int DepthStride, bool Turned)
    {
        public Kernels(float* weight, int rowStride, int depthStride, bool Turned)
            : this((nint)weight, rowStride, depthStride, Turned) { }

        /// <summary>Tap by tap those of sixteen kernels in a row's depth, 0 for those that do not exist.</summary>
        public void Gather(int row, int from, int count, float* taps)
        {
            var kernel = (float*)Address + ((long)row * RowStride) + ((long)from * DepthStride);
            if (count == Lanes)
            {
                Interleaving.SplitNine(kernel, DepthStride, taps, Lanes);
                return;
            }

            new Span<float>(taps, Taps * Lanes).Clear();
            for (var lane = 0; lane < count; lane++, kernel += DepthStride)
            {
                for (var tap = 0; tap < Taps; tap++)
                {
                    taps[(tap * Lanes) + lane] = kernel[tap];
                }
            }
        }
    }
}
