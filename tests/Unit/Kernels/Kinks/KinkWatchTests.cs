using PPYolo.Kernels.Kinks;
using PPYolo.Kernels.Pooling;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Kernels.Kinks;

/// <summary>What lies near a kink is found, however the map is cut into pieces.</summary>
public sealed class KinkWatchTests
{
    [Fact]
    public void Values_near_zero_are_counted_by_how_near_they_are()
    {
        // The root mean square is 1 but for what is near zero.
        var values = Enumerable.Repeat(1f, 100_003).ToArray();
        (values[7], values[70_001], values[100_002]) = (5e-8f, -3e-6f, 1e-3f);
        using var scope = NewDisposeScope();
        using var watch = KinkWatch.Begin();

        KinkWatch.SeeValues(tensor(values).view(1, 1, 1, values.Length));

        var gradient = zeros(values.Length);
        (gradient[7], gradient[70_001], gradient[100_002], gradient[3]) = (tensor(3f), tensor(4f), tensor(12f), tensor(84f));
        var shares = watch.Take().Should().ContainSingle().Subject.Shares(gradient);
        shares.Select(share => Math.Round(share * 85, 3)).Should().Equal(3, 3, 3, 5, 5, 5, 5, 13);
        watch.Take().Should().BeEmpty();
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(3, 2)]
    public void Near_ties_of_pools_are_those_that_another_rounding_turns(int size, int stride)
    {
        using var scope = NewDisposeScope();
        using var watch = KinkWatch.Begin();
        // The same numbers each time: now and then others nearly tie by themselves.
        using var generator = new Generator(1);
        var map = rand([2, 3, 9, 9], generator: generator) + 0.5;
        // In one plane the largest of all nearly ties with its neighbour, and elsewhere equal values tie, which no rounding turns.
        map[0, 1, 4, 4] = tensor(9f);
        map[0, 1, 4, 5] = tensor(9f - 4e-6f);
        map[1, 2, 2, 2] = tensor(8f);
        map[1, 2, 2, 3] = tensor(8f);
        map.requires_grad_();

        var pooled = size == 3 ? MaxPool.Halve(map) : MaxPool.OfSquares(map, size);
        pooled.sum().backward();

        var kinks = watch.Take().Should().ContainSingle().Subject;
        using var gradient = kinks.Output!.grad!;
        var cells = stride == 2 ? 1.0 : 20.0;
        kinks.Shares(gradient)[3].Should().BeApproximately(Math.Sqrt(2 * cells / pooled.numel()), 1e-6);
        kinks.Shares(gradient)[0].Should().Be(0);
    }

    [Fact]
    public void Nothing_is_looked_at_where_nobody_watches() => KinkWatch.IsOn.Should().BeFalse();
}
