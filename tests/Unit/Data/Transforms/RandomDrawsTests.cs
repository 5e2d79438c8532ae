using PPYolo.Align.Generation;
using PPYolo.Data.Transforms;

namespace PPYolo.Tests.Unit.Data.Transforms;

public class RandomDrawsTests
{
    private const int Many = 20_000;

    [Fact]
    public void Draws_are_the_elements_of_the_named_stream()
    {
        var draws = RandomDraws.Of("1", 2, 30, "crop");
        var stream = new PortableStream("1/2/30/crop");

        draws.Next().Should().Be((stream.Bits(0) >> 11) / (double)(1L << 53));
        draws.Next().Should().Be((stream.Bits(1) >> 11) / (double)(1L << 53));
    }

    [Fact]
    public void Every_part_of_the_name_counts()
    {
        double[] firsts =
        [
            RandomDraws.Of("1", 2, 30, "crop").Next(),
            RandomDraws.Of("2", 2, 30, "crop").Next(),
            RandomDraws.Of("1", 3, 30, "crop").Next(),
            RandomDraws.Of("1", 2, 31, "crop").Next(),
            RandomDraws.Of("1", 2, 30, "flip").Next(),
            RandomDraws.Of("1", 23, 0, "crop").Next(),
        ];

        firsts.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Beta_has_its_mean_its_spread_and_its_range()
    {
        var draws = Pixels.Draws("beta");
        var values = Enumerable.Range(0, Many).Select(_ => draws.Beta()).ToList();

        values.Should().OnlyContain(value => value >= 0 && value < 1);
        values.Average().Should().BeApproximately(0.5, 0.01);
        // The variance of the beta distribution (a, a) is 1 / (4 (2a + 1)): 1/16 here, 1/12 for even draws.
        values.Average(value => (value - 0.5) * (value - 0.5)).Should().BeApproximately(1 / 16.0, 0.001);
        // Below one quarter lie 0.5 - (sqrt(3)/4 + pi/6) / pi of the points of a disc.
        values.Count(value => value < 0.25).Should().BeCloseTo((int)(Many * 0.1955), 200);
    }

    [Fact]
    public void A_shuffle_brings_every_item_everywhere_equally_often()
    {
        var draws = Pixels.Draws("shuffle");
        var counts = new int[4, 4];
        for (var run = 0; run < Many; run++)
        {
            int[] items = [0, 1, 2, 3];
            draws.Shuffle(items.AsSpan());
            for (var place = 0; place < 4; place++)
            {
                counts[items[place], place]++;
            }
        }

        counts.Cast<int>().Should().OnlyContain(count => Math.Abs(count - (Many / 4)) < 300);
    }

    [Fact]
    public void Below_reaches_all_and_only_the_numbers_below()
    {
        var draws = Pixels.Draws("below");

        Enumerable.Range(0, 1000).Select(_ => draws.Below(5)).Distinct().Order().Should().Equal(0, 1, 2, 3, 4);
    }
}
