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
}
