using PPYolo.Kernels.Pooling;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Kernels.Pooling;

public sealed class MaxPoolTests
{
    /// <summary>
    /// Extents of maps: of one cell, without a whole vector, with one that overlaps, with whole ones alone, and of more planes than
    /// threads.
    /// </summary>
    public static TheoryData<int, int> Extents =>
        new()
        {
            { 1, 1 },
            { 1, 2 },
            { 2, 1 },
            { 3, 5 },
            { 13, 13 },
            { 16, 18 },
            { 7, 32 },
            { 40, 33 },
            { 9, 50 },
        };

    [Theory]
    [MemberData(nameof(Extents))]
    public void Halves_as_libtorch_does(int height, int width)
    {
        using var scope = NewDisposeScope();
        var map = Special(TestTensors.Of("map", 2, 3, 5, height, width));

        Values(MaxPool.Halve(map)).Should().Equal(Values(nn.functional.max_pool2d(map, 3, 2, 1)));
        MaxPool.Halve(map.Leaf()).requires_grad.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void Pools_squares_as_libtorch_does(int height, int width)
    {
        using var scope = NewDisposeScope();
        foreach (var size in new[] { 1, 3, 5, 13 })
        {
            // Rounded, so that many are equal.
            foreach (
                var map in new[]
                {
                    Special(TestTensors.Of("map", 2, 3, 5, height, width)),
                    Special(TestTensors.Of("map", 2, 3, 5, height, width).round()),
                }
            )
            {
                var expected = Values(nn.functional.max_pool2d(map, size, 1, size / 2));

                Values(MaxPool.OfSquares(map, size)).Should().Equal(expected);
                Values(MaxPool.OfSquares(map.Leaf(), size)).Should().Equal(expected);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void Gradients_go_where_libtorch_has_them(int height, int width)
    {
        using var scope = NewDisposeScope();
        foreach (var size in new[] { 1, 3, 5, 13 })
        {
            // Whole numbers: many are equal, and sums of gradients are exact in any order.
            var map = Special(TestTensors.Of("map", 2, 3, 5, height, width).round());
            var upstream = (TestTensors.Of("upstream", 3, 3, 5, height, width) * 9).round();
            Tensor own = map.Leaf(),
                other = map.Leaf();

            MaxPool.OfSquares(own, size).backward([upstream]);
            nn.functional.max_pool2d(other, size, 1, size / 2).backward([upstream]);

            Values(own.grad!).Should().Equal(Values(other.grad!), "of squares of {0}", size);
        }
    }

    [Fact]
    public void Pools_what_is_not_float32_or_not_contiguous_through_libtorch()
    {
        using var scope = NewDisposeScope();
        var map = TestTensors.Of("map", 2, 3, 5, 20, 34);
        foreach (var other in new[] { map.to(float64), map.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) })
        {
            MaxPool.Halve(other).to(float32).contiguous().ShouldEqual(MaxPool.Halve(map));
            MaxPool.OfSquares(other, 5).to(float32).contiguous().ShouldEqual(MaxPool.OfSquares(map, 5));
        }
    }

    [Fact]
    public void Results_do_not_depend_on_threads()
    {
        using var scope = NewDisposeScope();
        var map = TestTensors.Of("map", 2, 3, 5, 20, 34);
        Tensor[] Pooled(int threads) =>
            TestEnvironment.WithThreads(
                threads,
                () =>
                {
                    var leaf = map.Leaf();
                    MaxPool.OfSquares(leaf, 9).backward([map]);
                    return new[] { MaxPool.Halve(map), MaxPool.OfSquares(map, 9), leaf.grad! };
                }
            );

        foreach (var (one, two) in Pooled(1).Zip(Pooled(2)))
        {
            two.ShouldEqual(one);
        }
    }

    /// <summary>With values that comparisons treat in their own ways.</summary>
    private static Tensor Special(Tensor map)
    {
        if (map.shape[3] >= 18)
        {
            map[0, 0, 2, 3] = float.NaN;
            map[0, 0, 2, 4] = float.NaN;
            map[0, 1, 3, 17] = float.NaN;
            map[0, 2, 1, 7] = float.PositiveInfinity;
            map[1, 0, 4, 8] = float.NaN;
        }

        map[1, 4] = full_like(map[1, 4], float.NegativeInfinity);
        return map;
    }

    /// <summary>The values; NaNs of any kind are equal, and so are zeros of both signs.</summary>
    private static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
