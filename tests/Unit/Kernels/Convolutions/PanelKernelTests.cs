using PPYolo.Kernels.Convolutions;

namespace PPYolo.Tests.Unit.Kernels.Convolutions;

public sealed unsafe class PanelKernelTests
{
    private const int Rows = PanelProduct.Rows,
        Lanes = PanelProduct.Lanes,
        Stride = PanelProduct.Columns + 5;

    public static TheoryData<int, int, bool> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, bool>();
            foreach (var width in (int[])[Lanes, 2 * Lanes, 3 * Lanes])
            {
                foreach (var depth in (int[])[1, Lanes, Lanes + 3, PanelProduct.TermsAtOnce])
                {
                    cases.Add(width, depth, false);
                    cases.Add(width, depth, true);
                }
            }

            return cases;
        }
    }

    /// <summary>A golden that was made with one set of registers must hold with the other.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Both_have_the_same_bits(int width, int depth, bool add)
    {
        float[] left = Numbers(Rows * depth.PaddedTo(Lanes), 1),
            right = Numbers(depth * width, 2),
            wide = Numbers(Rows * Stride, 3),
            narrow = [.. wide];
        fixed (
            float* l = left,
                r = right,
                w = wide,
                n = narrow
        )
        {
            PanelKernel512.Multiply(l, r, width, depth, w, Stride, add);
            PanelKernel256.Multiply(l, r, width, depth, n, Stride, add);
        }

        narrow.Select(BitConverter.SingleToInt32Bits).Should().Equal(wide.Select(BitConverter.SingleToInt32Bits));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sums_run_over_the_depth_and_nothing_beside_the_panel_is_written(int width, int depth, bool add)
    {
        float[] left = Numbers(Rows * depth.PaddedTo(Lanes), 1),
            right = Numbers(depth * width, 2),
            found = Numbers(Rows * Stride, 3),
            expected = [.. found];
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < width; column++)
            {
                var sum = 0f;
                for (var term = 0; term < depth; term++)
                {
                    sum = MathF.FusedMultiplyAdd(left[(term * Rows) + row], right[(term * width) + column], sum);
                }

                expected[(row * Stride) + column] = add ? expected[(row * Stride) + column] + sum : sum;
            }
        }

        fixed (
            float* l = left,
                r = right,
                f = found
        )
        {
            PanelKernel256.Multiply(l, r, width, depth, f, Stride, add);
        }

        found.Should().Equal(expected);
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}
