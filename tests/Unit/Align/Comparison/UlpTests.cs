using PPYolo.Align.Comparison;
using PPYolo.Align.Comparison.Kernels;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Comparison;

public class UlpTests
{
    [Theory]
    [InlineData(1f, 1f, 0)]
    [InlineData(0f, -0f, 0)]
    [InlineData(0f, float.Epsilon, 1)]
    [InlineData(-float.Epsilon, float.Epsilon, 2)]
    [InlineData(1f, 1.00000012f, 1)]
    [InlineData(1f, 0.99999994f, 1)]
    [InlineData(float.MaxValue, -float.MaxValue, 2u * 0x7F7FFFFF)]
    [InlineData(1.17549435E-38f, 1.17549421E-38f, 1)]
    [InlineData(-1f, 1f, 2u * 0x3F800000)]
    public void A_distance_is_the_number_of_representable_numbers_between(float a, float b, uint expected)
    {
        TensorComparer.Measure(TensorData.Scalar(a), TensorData.Scalar(b)).UlpP99.Should().Be(expected);
        TensorComparer.Measure(TensorData.Scalar(b), TensorData.Scalar(a)).UlpP99.Should().Be(expected);

        // The same by sixteen at a time.
        var many = TensorComparer.Measure(Pairs.Floats([.. Enumerable.Repeat(a, 48)]), Pairs.Floats([.. Enumerable.Repeat(b, 48)]));
        many.UlpP99.Should().Be(expected);
    }

    [Theory]
    [InlineData(-3e-45f)]
    [InlineData(1.1754942E-38f)]
    [InlineData(-1.0000001f)]
    [InlineData(3.4e38f)]
    public void Each_step_to_the_next_number_is_one(float from)
    {
        var to = from;
        for (var steps = 0u; steps < 40; steps++, to = MathF.BitIncrement(to))
        {
            TensorComparer.Measure(TensorData.Scalar(from), TensorData.Scalar(to)).UlpP99.Should().Be(steps);
        }
    }

    [Fact]
    public void Negative_zero_is_where_zero_is()
    {
        TensorComparer
            .Measure(Pairs.Floats([.. Enumerable.Repeat(-0f, 17)]), Pairs.Floats([.. Enumerable.Repeat(float.Epsilon, 17)]))
            .UlpP99.Should()
            .Be(1);
    }

    [Fact]
    public void Distances_of_float64_need_64_bits()
    {
        var found = TensorComparer.Measure(TensorData.Scalar(double.MaxValue), TensorData.Scalar(-double.MaxValue));

        found.UlpP99.Should().Be(2 * 0x7FEFFFFFFFFFFFFFUL);
        TensorComparer.Measure(TensorData.Scalar(-double.Epsilon), TensorData.Scalar(double.Epsilon)).UlpP99.Should().Be(2);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(99, 99)]
    [InlineData(100, 99)]
    [InlineData(101, 100)]
    [InlineData(200, 198)]
    [InlineData(12345, 12222)]
    public void The_percentile_is_the_nearest_rank(int count, int expected)
    {
        // Element i is i + 1 numbers away.
        var a = Enumerable.Repeat(1f, count).ToArray();
        var b = Enumerable
            .Range(1, count)
            .Select(steps => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(1f) + steps))
            .ToArray();
        new Random(3).Shuffle(b);

        TensorComparer.Measure(Pairs.Floats(a), Pairs.Floats(b)).UlpP99.Should().Be((ulong)expected);
    }

    public static TheoryData<string, ElementType> Shapes()
    {
        var data = new TheoryData<string, ElementType>();
        foreach (
            var shape in new[]
            {
                "equal but for 2 %",
                "equal but for 0.5 %",
                "one distance",
                "three distances",
                "large at the end",
                "small at the end",
                "all different",
                "every size",
                "another sign in 1 %",
                "any signs",
                "only the sample",
                "all but the sample",
            }
        )
        {
            foreach (var type in new[] { ElementType.Float16, ElementType.BFloat16, ElementType.Float32, ElementType.Float64 })
            {
                data.Add(shape, type);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_percentile_is_exact_however_distances_are_spread(string shape, ElementType type)
    {
        // More than one chunk; and where the sample is to mislead, it must be less than a hundredth.
        var count = shape.EndsWith("sample", StringComparison.Ordinal) ? 500_000 : 270_000;
        var sampled = Enumerable.Range(0, 16).SelectMany(run => Enumerable.Range((int)((count - 256L) * run / 15), 256)).ToHashSet();
        var random = new Random(11);
        var a = new double[count];
        var b = new double[count];
        for (var i = 0; i < count; i++)
        {
            a[i] = 1 + random.NextDouble();
            var noise = shape switch
            {
                "equal but for 2 %" => i % 50 == 0 ? 1e-3 * random.NextDouble() : 0,
                "equal but for 0.5 %" => i % 200 == 0 ? 1e-3 * random.NextDouble() : 0,
                "one distance" => 0.125,
                "three distances" => 0.125 * random.Next(3),
                "large at the end" => i > count * 0.985 ? random.NextDouble() : 0,
                "small at the end" => i > count * 0.9 ? 0 : random.NextDouble(),
                "all different" => random.NextDouble() - 0.5,
                "every size" => Math.Pow(2, -40 * random.NextDouble()) * (random.Next(2) - 0.5),
                "another sign in 1 %" => i % 50 == 0 ? -2 * a[i] * random.NextDouble() : 1e-3 * random.NextDouble(),
                "any signs" => 4 * (random.NextDouble() - 0.5) * a[i],
                "only the sample" => sampled.Contains(i) ? 0.5 : 0.1 * random.NextDouble(),
                "all but the sample" => sampled.Contains(i) ? 0 : random.NextDouble(),
                _ => throw new NotSupportedException(),
            };
            b[i] = a[i] + noise;
        }

        var (first, second) = (Pairs.Of(type, a), Pairs.Of(type, b));

        TensorComparer.Measure(first, second).UlpP99.Should().Be(Naive.UlpP99(first, second));
        TensorComparer.Measure(first, second, threads: 3).UlpP99.Should().Be(Naive.UlpP99(first, second));
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float64)]
    [InlineData(ElementType.BFloat16)]
    public void Pairs_that_are_not_finite_are_left_out_of_the_percentile(ElementType type)
    {
        var (a, b) = Pairs.Random(type, 300_000);
        var bytes = a.Bytes.ToArray();
        foreach (var i in Enumerable.Range(0, 300_000).Where(i => i % 9 == 0 || i > 290_000))
        {
            // All ones is a NaN in every type.
            bytes.AsSpan(i * type.Size(), type.Size()).Fill(0xFF);
        }

        var damaged = new TensorData(type, [300_000], bytes);

        var found = TensorComparer.Measure(damaged, b);

        found.UlpP99.Should().Be(Naive.UlpP99(damaged, b));
        found.NonFiniteFirst.Should().Be(Naive.Values(damaged).Count(double.IsNaN));
        found.NonFiniteSecond.Should().Be(0);
    }

    [Fact]
    public void Where_no_pair_is_finite_there_is_no_percentile()
    {
        TensorComparer.Measure(Pairs.Floats(float.NaN, 1), Pairs.Floats(1, float.PositiveInfinity)).UlpP99.Should().BeNull();
    }

    [Fact]
    public void Cells_are_a_hundredth_wide_and_cover_everything()
    {
        var random = new Random(2);
        ulong[] distances =
        [
            0,
            1,
            2,
            127,
            128,
            255,
            256,
            257,
            511,
            513,
            uint.MaxValue,
            (1UL << 32) + 1,
            ulong.MaxValue,
            .. Enumerable.Range(0, 20_000).Select(_ => (ulong)random.NextInt64() >> random.Next(63)),
        ];
        foreach (var distance in distances)
        {
            var cell = UlpCells.Of(distance);

            cell.Should().BeInRange(0, UlpCells.Wide - 1);
            var (low, extent) = (UlpCells.Low(cell), (1UL << UlpCells.OpenBits(cell)) - 1);
            distance.Should().BeInRange(low, low + extent);
            extent.Should().BeLessThanOrEqualTo(distance / 128);
            UlpCells.Of(low).Should().Be(cell);
            UlpCells.Of(low + extent).Should().Be(cell);
        }
    }

    [Fact]
    public void A_rank_is_found_among_any_distances()
    {
        var random = new Random(4);
        var distances = Enumerable.Range(0, 3000).Select(_ => (ulong)random.NextInt64() >> random.Next(63)).ToArray();
        var sorted = distances.Order().ToArray();
        var table = new long[UlpCells.Wide];
        foreach (var rank in new[] { 1, 2, 1500, 2970, 3000 })
        {
            UlpRank.Select(distances, rank, table).Should().Be(sorted[rank - 1]);
        }
    }
}
