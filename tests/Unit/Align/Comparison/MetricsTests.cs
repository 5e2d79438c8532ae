using PPYolo.Align;
using PPYolo.Align.Comparison;
using PPYolo.Align.Comparison.Kernels;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Comparison;

public class MetricsTests
{
    private const int Chunk = 1 << 18;
    private const int Block = 1 << 11;

    // Float32 has a kernel of its own where registers hold four numbers: its lanes must be those of the common one.
    [Theory]
    [InlineData(16, 0f)]
    [InlineData(Block, 0f)]
    [InlineData((3 * Block) + 21, 0f)]
    [InlineData(Block, float.NaN)]
    [InlineData(Block, float.PositiveInfinity)]
    public void Sums_of_float32_have_the_bits_of_the_same_numbers_as_float64(int count, float added)
    {
        var random = new Random(count);
        var first = Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var second = first.Select(value => value * (1 + (random.NextSingle() / 1000))).ToArray();
        first[count / 2] += added;

        var sums = BlockKernel.Sums<float, Float32Elements>(first, second);

        var same = BlockKernel.Sums<double, Float64Elements>([.. first.Select(x => (double)x)], [.. second.Select(x => (double)x)]);
        sums.Should().Be(same);
        double.IsNaN(sums.MaxAbs).Should().Be(float.IsNaN(added));
    }

    public static TheoryData<ElementType, int> TypesAndSizes()
    {
        var data = new TheoryData<ElementType, int>();
        foreach (var type in new[] { ElementType.Float16, ElementType.BFloat16, ElementType.Float32, ElementType.Float64 })
        {
            foreach (
                var size in new[]
                {
                    1,
                    2,
                    7,
                    8,
                    15,
                    16,
                    17,
                    33,
                    4095,
                    4096,
                    4097,
                    Block - 1,
                    Block,
                    Block + 1,
                    (3 * Block) + 5,
                    Chunk - 1,
                    Chunk,
                    Chunk + 1,
                    (2 * Chunk) + 4321,
                }
            )
            {
                data.Add(type, size);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(TypesAndSizes))]
    public void Every_metric_is_what_its_definition_says(ElementType type, int size)
    {
        var (a, b) = Pairs.Random(type, size, seed: size, noise: 0.1, equalOf: size < 20 ? int.MaxValue : 7);

        var found = TensorComparer.Measure(a, b);

        Naive.ShouldMatch(found, a, b);
    }

    [Theory]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    public void Every_finite_number_of_sixteen_bits_is_widened_exactly(ElementType type)
    {
        var all = Enumerable
            .Range(0, 1 << 16)
            .Select(bits => (ushort)bits)
            .Where(bits => type == ElementType.Float16 ? Half.IsFinite(BitConverter.UInt16BitsToHalf(bits)) : (bits & 0x7F80) != 0x7F80)
            // The squares of the largest bfloat16 numbers would hide the small ones in a sum: each is a tensor of its own.
            .Where(bits => bits % 7 == 0 || (bits & 0x7FFF) < 300);
        foreach (var bits in all)
        {
            var tensor = new TensorData(type, [1], BitConverter.GetBytes(bits));
            var zero = new TensorData(type, [1], new byte[2]);
            var value = Naive.Values(tensor)[0];

            var found = TensorComparer.Measure(tensor, zero, threads: 1);

            found.MaxAbs.Should().Be(Math.Abs(value));
            found.SumOfSquares.Should().Be(value * value);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void The_number_of_threads_changes_no_bit(int threads)
    {
        var first = new NamedTensors();
        var second = new NamedTensors();
        var start = new NamedTensors();
        foreach (var (size, index) in new[] { 5, Chunk + 17, 100, (3 * Chunk) - 1, 1, 4096 }.Select((size, index) => (size, index)))
        {
            var (a, b) = Pairs.Random(ElementType.Float32, size, seed: index);
            first.Add($"t{index}", a);
            second.Add($"t{index}", b);
            start.Add($"t{index}", Pairs.Random(ElementType.Float32, size, seed: 50 + index).A);
        }

        var expected = TensorComparer.Compare(first, second, new() { Threads = 1, FirstStart = start });
        var found = TensorComparer.Compare(first, second, new() { Threads = threads, FirstStart = start });

        Comparable(found).Should().Equal(Comparable(expected));
    }

    [Fact]
    public void A_tensor_in_a_set_of_many_gets_the_same_bits_as_alone()
    {
        var (a, b) = Pairs.Random(ElementType.Float32, Chunk + 99);

        var together = TensorComparer.Compare(Pairs.Set(("x", b), ("w", a), ("y", a)), Pairs.Set(("x", a), ("w", b), ("y", a)));

        together.Tensors[1].Metrics!.Worst!.Index.Should().Equal(TensorComparer.Measure(a, b).Worst!.Index);
        (together.Tensors[1].Metrics! with { Worst = null }).Should().Be(TensorComparer.Measure(a, b) with { Worst = null });
    }

    [Fact]
    public void Blocks_that_are_equal_add_the_same_bits_as_the_general_way()
    {
        var (a, _) = Pairs.Random(ElementType.Float32, (5 * Block) + 3);
        var values = a.As<float>().ToArray();
        values[4 * Block] += 1;
        var b = TensorData.Of<float>(values, values.Length);

        // The norm of the first is summed with the second equal in most blocks, and in none.
        var mostlyEqual = TensorComparer.Measure(a, b);
        var nowhere = TensorComparer.Measure(a, TensorData.Of<float>(a.As<float>().ToArray().Select(x => x + 1).ToArray(), values.Length));

        var norm = mostlyEqual.MaxAbs / mostlyEqual.RelativeL2;
        var same = Math.Sqrt(nowhere.SumOfSquares) / nowhere.RelativeL2;
        Naive.Near(norm, same);
        mostlyEqual.SumOfSquares.Should().Be(mostlyEqual.MaxAbs * mostlyEqual.MaxAbs);
        Naive.ShouldMatch(mostlyEqual, a, b);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Block)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData((2 * Chunk) + 1000)]
    public void One_element_that_differs_is_seen_and_named_wherever_it_is(int place)
    {
        var a = new float[(2 * Chunk) + 1001];
        var b = new float[a.Length];
        a[place] = 0.25f;
        b[place] = -0.25f;

        var found = TensorComparer.Measure(TensorData.Of<float>(a, 1, a.Length), TensorData.Of<float>(b, 1, b.Length));

        found.SumOfSquares.Should().Be(0.25);
        found.MaxAbs.Should().Be(0.5);
        found.Worst!.Index.Should().Equal(0, place);
        found.Worst.First.Should().Be(0.25);
        found.Worst.Second.Should().Be(-0.25);
        found.BitwiseEqual.Should().BeFalse();
    }

    [Fact]
    public void The_first_of_several_largest_differences_is_named()
    {
        var a = new float[2 * Chunk];
        var b = new float[2 * Chunk];
        (b[Chunk + 5], b[7000], b[7003]) = (1, -1, 1);

        TensorComparer.Measure(TensorData.Of<float>(a, 2, Chunk), TensorData.Of<float>(b, 2, Chunk)).Worst!.Index.Should().Equal(0, 7000);
    }

    [Fact]
    public void Opposite_errors_do_not_cancel()
    {
        var found = TensorComparer.Measure(Pairs.Floats(1, 2, 3, 4), Pairs.Floats(1.5f, 1.5f, 3.5f, 3.5f));

        found.SumOfSquares.Should().Be(1);
        found.MaxAbs.Should().Be(0.5);
    }

    [Fact]
    public void Equal_tensors_differ_by_nothing()
    {
        var (a, _) = Pairs.Random(ElementType.Float32, Chunk + 3);

        var found = TensorComparer.Measure(a, TensorData.Of<float>(a.As<float>(), a.Count));

        found.SumOfSquares.Should().Be(0);
        found.RelativeL2.Should().Be(0);
        found.MaxAbs.Should().Be(0);
        found.Cosine.Should().Be(1);
        found.UlpP99.Should().Be(0);
        found.Worst.Should().BeNull();
        found.BitwiseEqual.Should().BeTrue();
    }

    [Fact]
    public void Zero_and_negative_zero_have_the_same_value_and_other_bits()
    {
        var found = TensorComparer.Measure(Pairs.Floats(0, 1), Pairs.Floats(-0f, 1));

        found.SumOfSquares.Should().Be(0);
        found.UlpP99.Should().Be(0);
        found.Worst.Should().BeNull();
        found.BitwiseEqual.Should().BeFalse();
    }

    [Fact]
    public void Tensors_of_zeros_have_a_relative_difference_and_a_cosine()
    {
        var (zero, one) = (Pairs.Floats(0, 0), Pairs.Floats(0, 2));

        TensorComparer.Measure(zero, zero).Should().Match<TensorMetrics>(found => found.RelativeL2 == 0 && found.Cosine == 1);
        TensorComparer
            .Measure(zero, one)
            .Should()
            .Match<TensorMetrics>(found => double.IsPositiveInfinity(found.RelativeL2) && found.Cosine == 0);
        TensorComparer.Measure(one, zero).Should().Match<TensorMetrics>(found => found.RelativeL2 == 1 && found.Cosine == 0);
    }

    [Fact]
    public void Empty_tensors_and_scalars_are_measured()
    {
        var empty = new TensorData(ElementType.Float32, [0, 3], Array.Empty<byte>());

        var found = TensorComparer.Measure(empty, empty);
        var scalar = TensorComparer.Measure(TensorData.Scalar(1.5f), TensorData.Scalar(1.25f));

        found
            .Should()
            .Match<TensorMetrics>(metrics =>
                metrics.Count == 0 && metrics.SumOfSquares == 0 && metrics.UlpP99 == null && metrics.BitwiseEqual
            );
        scalar.SumOfSquares.Should().Be(0.0625);
        scalar.Worst!.Index.Should().BeEmpty();
        scalar.UlpP99.Should().Be(1 << 21);
    }

    [Fact]
    public void Sums_are_accumulated_in_float64()
    {
        // In float32 the sum would stop growing at 2^24 times its smallest part.
        var a = new float[1 << 20];
        var b = new float[1 << 20];
        b[0] = 4096;
        Array.Fill(b, 0.25f, 1, b.Length - 1);

        TensorComparer
            .Measure(TensorData.Of<float>(a, a.Length), TensorData.Of<float>(b, b.Length))
            .SumOfSquares.Should()
            .Be((4096.0 * 4096) + (((1 << 20) - 1) * 0.0625));
    }

    [Theory]
    [InlineData(1e200)]
    [InlineData(1e-200)]
    [InlineData(1e-320)]
    [InlineData(8e307)]
    public void Float64_numbers_that_cannot_be_squared_have_ratios_nevertheless(double unit)
    {
        var a = Pairs.Of(ElementType.Float64, 3 * (unit / 4), 0, unit);
        var b = Pairs.Of(ElementType.Float64, 3 * (unit / 4), unit, unit);

        var found = TensorComparer.Measure(a, b);

        found.RelativeL2.Should().BeApproximately(1 / 1.25, 1e-3);
        found.Cosine.Should().BeApproximately(1.25 / Math.Sqrt((1.25 * 1.25) + 1), 1e-3);
        found.MaxAbs.Should().Be(unit);
        found.SumOfSquares.Should().BeGreaterThan(0);
    }

    [Fact]
    public void Integers_are_subtracted_without_loss()
    {
        var found = TensorComparer.Measure(TensorData.Of<long>([long.MaxValue, 5], 2), TensorData.Of<long>([long.MaxValue - 1, 5], 2));
        var extreme = TensorComparer.Measure(TensorData.Of<long>([long.MaxValue]), TensorData.Of<long>([long.MinValue]));

        found.MaxAbs.Should().Be(1);
        found.SumOfSquares.Should().Be(1);
        found.UlpP99.Should().BeNull();
        found.Worst!.Index.Should().Equal(0);
        extreme.MaxAbs.Should().Be(18446744073709551615.0);
    }

    [Fact]
    public void Other_types_and_shapes_are_refused_by_name()
    {
        var act = () => TensorComparer.Measure(Pairs.Floats(1), TensorData.Scalar(1f));

        act.Should().Throw<AlignException>().WithMessage("*float32 1 and float32 scalar*");
    }

    [Fact]
    public void A_block_of_one_type_does_not_care_where_its_memory_begins()
    {
        var (a, b) = Pairs.Random(ElementType.Float32, 1000);
        var shifted = new byte[4003];
        a.Bytes.CopyTo(shifted.AsMemory(3));

        var found = TensorComparer.Measure(new TensorData(ElementType.Float32, [1000], shifted.AsMemory(3)), b);

        (found with { Worst = null }).Should().Be(TensorComparer.Measure(a, b) with { Worst = null });
    }

    private static IEnumerable<string> Comparable(SetComparison comparison) =>
        comparison.Tensors.Select(tensor =>
            $"{tensor.Name} {tensor.Outcome} {tensor.Metrics! with { Worst = null }} {string.Join(',', tensor.Metrics.Worst!.Index)} "
            + $"{tensor.Movement}"
        );
}
