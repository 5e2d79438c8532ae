using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using PPYolo.Kernels.Convolutions;

namespace PPYolo.Tests.Unit.Kernels.Convolutions;

public sealed class TileBlocksTests
{
    [Property]
    public Property Blocks_are_all_tiles_once_in_whole_vectors(PositiveInt tiles, PositiveInt size, PositiveInt threads)
    {
        var blocks = TileBlocks.Of(tiles.Get, size.Get, threads.Get);
        var next = 0;
        var right = true;
        for (var block = 0; block < blocks.Count; block++)
        {
            var (first, count) = blocks[block];
            right &= first == next && first % PanelProduct.Lanes == 0 && count > 0 && count <= blocks.Longest;
            next = first + count;
        }

        return (right && next == tiles.Get && blocks.Longest % PanelProduct.Lanes == 0).ToProperty();
    }

    [Theory]
    [InlineData(392, 96, 2, 4)]
    [InlineData(49, 96, 2, 2)]
    [InlineData(21632, 96, 2, 226)]
    [InlineData(16, 96, 2, 1)]
    public void Every_thread_has_as_many(int tiles, int size, int threads, int expected) =>
        TileBlocks.Of(tiles, size, threads).Count.Should().Be(expected);
}
