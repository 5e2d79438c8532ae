using PPYolo.Align;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Tensors;

public sealed class InOrderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void Results_are_in_the_order_of_the_items(int count)
    {
        int[] items = [.. Enumerable.Range(0, count)];

        InOrder.Select(items, item => -item).Should().Equal(items.Select(item => -item));
    }

    [Fact]
    public void An_exception_comes_out_as_it_is()
    {
        var selecting = () => InOrder.Select([1, 2, 3], item => item == 2 ? throw new AlignException("the second") : item);

        selecting.Should().Throw<AlignException>().WithMessage("the second");
    }

    /// <summary>Items that begin later may fail earlier.</summary>
    [Fact]
    public void Of_several_failures_the_first_items_comes_out()
    {
        using var second = new ManualResetEventSlim();
        var selecting = () =>
            InOrder.Select(
                [1, 2],
                item =>
                {
                    if (item == 2)
                    {
                        second.Set();
                        throw new AlignException("the second");
                    }

                    // On a busy machine the second may never begin.
                    second.Wait(TimeSpan.FromSeconds(5));
                    return item == 1 ? throw new AlignException("the first") : item;
                }
            );

        selecting.Should().Throw<AlignException>().WithMessage("the first");
    }
}
