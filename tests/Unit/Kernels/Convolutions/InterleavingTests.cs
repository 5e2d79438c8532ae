using PPYolo.Kernels.Convolutions;

namespace PPYolo.Tests.Unit.Kernels.Convolutions;

public sealed unsafe class InterleavingTests
{
    private static readonly float[] Numbers = [.. Enumerable.Range(0, 9 * PanelProduct.Lanes).Select(i => (float)i)];

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    public void Splits_rows_of_nine(int fromStride)
    {
        const int stride = 20;
        var split = new float[9 * stride];
        float[] rows =
        [
            .. Enumerable
                .Range(0, PanelProduct.Lanes)
                .SelectMany(row => Numbers[(9 * row)..(9 * (row + 1))].Concat(Enumerable.Repeat(-1f, fromStride - 9))),
        ];

        fixed (
            float* from = rows,
                to = split
        )
        {
            Interleaving.SplitNine(from, fromStride, to, stride);
        }

        split
            .Where((_, i) => i % stride < PanelProduct.Lanes)
            .Should()
            .Equal(Enumerable.Range(0, Numbers.Length).Select(i => Numbers[(i % PanelProduct.Lanes * 9) + (i / PanelProduct.Lanes)]));
    }

    [Fact]
    public void Joins_what_it_split()
    {
        float[] split = new float[Numbers.Length],
            joined = new float[Numbers.Length];

        fixed (
            float* from = Numbers,
                middle = split,
                to = joined
        )
        {
            Interleaving.SplitNine(from, 9, middle, PanelProduct.Lanes);
            Interleaving.JoinNine(middle, PanelProduct.Lanes, to);
        }

        joined.Should().Equal(Numbers);
    }
}
