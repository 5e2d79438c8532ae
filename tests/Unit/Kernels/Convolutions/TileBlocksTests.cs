using FsCheck;
using FsCheck.Fluent;
using PPYolo.Kernels.Convolutions;

namespace PPYolo.Tests.Unit.Kernels.Convolutions;

public sealed class TileBlocksTests
{
    [Fact]
    public void Blocks_are_all_tiles_once_in_whole_vectors()
    {
        var positive = ArbMap.Default.ArbFor<PositiveInt>();

        TestSeed.Current.Check(Prop.ForAll(positive, positive, positive, (tiles, size, threads) => Fit(tiles.Get, size.Get, threads.Get)));
    }

    [Theory]
    [InlineData(392, 96, 2, 4)]
    [InlineData(49, 96, 2, 2)]
    [InlineData(21632, 96, 2, 226)]
    [InlineData(16, 96, 2, 1)]
    public void Every_thread_has_as_many(int tiles, int size, int threads, int expected) =>
        TileBlocks.Of(tiles, size, threads).Count.Should().Be(expected);

    private static bool Fit(int tiles, int size, int threads)
    {
        var blocks = TileBlocks.Of(tiles, size, threads);
        var next = 0;
        var right = true;
        for (var block = 0; block < blocks.Count; block++)
        {
            var (first, count) = blocks[block];
            right &= first == next && first % PanelProduct.Lanes == 0 && count > 0 && count <= blocks.Longest;
            next = first + count;
        }

        return right && next == tiles && blocks.Longest % PanelProduct.Lanes == 0;
    }
}
