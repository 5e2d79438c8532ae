using PPYolo.Align.Comparison;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;

namespace PPYolo.Tests.Unit.Align.Comparison;

public class OutcomeTests
{
    private static readonly TensorData Weights = Pairs.Floats(1, 2, 3);

    public static TheoryData<float> NotFinite() => new(float.NaN, float.PositiveInfinity, float.NegativeInfinity);

    [Fact]
    public void Equal_sets_are_aligned()
    {
        var result = TensorComparer.Compare(
            Pairs.Set(("a", Weights), ("b", TensorData.Scalar(1L))),
            Pairs.Set(("b", TensorData.Scalar(1L)), ("a", Pairs.Floats(1, 2, 3)))
        );

        result.Aligned.Should().BeTrue();
        result.BitwiseEqual.Should().BeTrue();
        result.Tensors.Select(tensor => tensor.Name).Should().Equal("a", "b");
        result.Diverged.Should().BeEmpty();
    }

    [Fact]
    public void A_sum_on_the_bound_passes_and_the_next_number_above_does_not()
    {
        // 0.5^2 + 0.5^2
        var (a, b) = (Pairs.Floats(1, 2), Pairs.Floats(1.5f, 1.5f));

        Pairs.One(a, b, 0.5).Outcome.Should().Be(TensorOutcome.Within);
        Pairs.One(a, b, Math.BitDecrement(0.5)).Outcome.Should().Be(TensorOutcome.AboveBound);
    }

    [Fact]
    public void The_standard_bound_is_not_rounded()
    {
        // The float32 nearest to the root of the bound has a square on one side of it: in float32 it would be rounded onto it.
        var root = (float)Math.Sqrt(0.0005);
        foreach (var value in new[] { MathF.BitDecrement(root), root, MathF.BitIncrement(root) })
        {
            Pairs.One(TensorData.Scalar(value), TensorData.Scalar(0f)).Aligned.Should().Be((double)value * value <= 0.0005);
        }

        Pairs.One(TensorData.Scalar(MathF.BitIncrement(root)), TensorData.Scalar(0f)).Aligned.Should().BeFalse();
    }

    [Fact]
    public void A_bound_of_zero_lets_equal_values_pass_alone()
    {
        Pairs.One(Pairs.Floats(0, 1), Pairs.Floats(-0f, 1), 0).Aligned.Should().BeTrue();
        Pairs.One(Pairs.Floats(0), Pairs.Floats(float.Epsilon), 0).Aligned.Should().BeFalse();
        // Its square is nothing in float64.
        Pairs.One(TensorData.Scalar(1e-200), TensorData.Scalar(0.0), 0).Aligned.Should().BeFalse();
    }

    [Theory]
    [InlineData(-1e-9)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_bound_that_is_none_is_refused(double bound)
    {
        var act = () => TensorComparer.Compare(Pairs.Set(), Pairs.Set(), new() { Bound = bound });

        act.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [MemberData(nameof(NotFinite))]
    public void What_is_not_finite_diverges_on_either_side_and_on_both(float value)
    {
        var damaged = Pairs.Floats(1, value, 3);

        Pairs
            .One(damaged, Weights, 1e300)
            .Should()
            .Match<TensorComparison>(tensor =>
                tensor.Outcome == TensorOutcome.NonFinite
                && tensor.Metrics!.NonFiniteFirst == 1
                && tensor.Metrics.NonFiniteSecond == 0
                && !(tensor.Metrics.SumOfSquares <= 1e300)
            );
        Pairs
            .One(Weights, damaged, 1e300)
            .Should()
            .Match<TensorComparison>(tensor =>
                tensor.Outcome == TensorOutcome.NonFinite && tensor.Metrics!.NonFiniteFirst == 0 && tensor.Metrics.NonFiniteSecond == 1
            );
        Pairs
            .One(damaged, Pairs.Floats(1, value, 3), 1e300)
            .Should()
            .Match<TensorComparison>(tensor =>
                tensor.Outcome == TensorOutcome.NonFinite
                && tensor.Metrics!.NonFiniteFirst == 1
                && tensor.Metrics.NonFiniteSecond == 1
                && tensor.Metrics.BitwiseEqual
            );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(2047)]
    [InlineData(2048)]
    [InlineData(300_000)]
    public void The_same_NaN_in_the_same_place_diverges_wherever_it_is(int place)
    {
        var values = new float[300_001];
        values[place] = float.NaN;
        var tensor = TensorData.Of<float>(values, values.Length);

        var found = Pairs.One(tensor, TensorData.Of<float>(values, values.Length));

        found.Outcome.Should().Be(TensorOutcome.NonFinite);
        found.Metrics!.SumOfSquares.Should().Be(double.NaN);
        found.Metrics.MaxAbs.Should().Be(double.NaN);
        found.Metrics.Worst!.Index.Should().Equal(place);
    }

    [Theory]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Float64)]
    public void NaN_and_infinity_diverge_in_every_type(ElementType type)
    {
        foreach (var value in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            var (a, b) = (Pairs.Of(type, 1, value, 2), Pairs.Of(type, 1, 2, 2));
            Pairs.One(a, b).Outcome.Should().Be(TensorOutcome.NonFinite);
            Pairs.One(b, a).Outcome.Should().Be(TensorOutcome.NonFinite);
            Pairs.One(a, a).Outcome.Should().Be(TensorOutcome.NonFinite);
        }
    }

    [Fact]
    public void Large_finite_numbers_are_not_taken_for_infinite_ones()
    {
        var large = TensorData.Of<double>([double.MaxValue, -double.MaxValue], 2);

        Pairs.One(large, large).Outcome.Should().Be(TensorOutcome.Within);
        Pairs
            .One(large, TensorData.Of<double>([double.MaxValue, double.MaxValue], 2))
            .Should()
            .Match<TensorComparison>(tensor => tensor.Outcome == TensorOutcome.AboveBound && tensor.Metrics!.NonFiniteSecond == 0);
    }

    [Fact]
    public void Missing_and_extra_tensors_diverge()
    {
        var result = TensorComparer.Compare(Pairs.Set(("a", Weights), ("b", Weights)), Pairs.Set(("c", Weights), ("b", Weights)));

        result.Aligned.Should().BeFalse();
        result
            .Tensors.Select(tensor => (tensor.Name, tensor.Outcome))
            .Should()
            .Equal(("a", TensorOutcome.Missing), ("b", TensorOutcome.Within), ("c", TensorOutcome.Extra));
        result.Diverged.Select(tensor => tensor.Name).Should().Equal("a", "c");
        result.Within.Select(tensor => tensor.Name).Should().Equal("b");
    }

    [Fact]
    public void Names_are_compared_to_the_letter()
    {
        TensorComparer.Compare(Pairs.Set(("a", Weights)), Pairs.Set(("A", Weights))).Aligned.Should().BeFalse();
    }

    [Fact]
    public void Wrong_shapes_and_types_diverge_though_the_values_are_the_same()
    {
        Pairs.One(Weights, TensorData.Of<float>([1, 2, 3], 3, 1)).Outcome.Should().Be(TensorOutcome.WrongShape);
        Pairs.One(TensorData.Scalar(1f), Pairs.Floats(1)).Outcome.Should().Be(TensorOutcome.WrongShape);
        Pairs.One(Weights, TensorData.Of<float>([1, 2], 2)).Outcome.Should().Be(TensorOutcome.WrongShape);
        Pairs.One(Weights, TensorData.Of<double>([1, 2, 3], 3)).Outcome.Should().Be(TensorOutcome.WrongType);
        Pairs.One(TensorData.Of<int>([1], 1), TensorData.Of<long>([1], 1)).Outcome.Should().Be(TensorOutcome.WrongType);
        Pairs
            .One(new(ElementType.Float32, [0], Array.Empty<byte>()), new(ElementType.Float32, [0, 2], Array.Empty<byte>()))
            .Outcome.Should()
            .Be(TensorOutcome.WrongShape);
    }

    [Fact]
    public void Comparing_nothing_is_no_pass()
    {
        TensorComparer.Compare(Pairs.Set(), Pairs.Set()).Aligned.Should().BeFalse();
        TensorComparer.Compare(Pairs.Set(), Pairs.Set(("a", Weights))).Aligned.Should().BeFalse();
        TensorComparer.Compare(Pairs.Set(), Pairs.Set()).ToCheck("weights").Passed.Should().BeFalse();
    }

    [Fact]
    public void An_empty_tensor_equals_an_empty_tensor()
    {
        Pairs
            .One(new(ElementType.Float32, [0, 2], Array.Empty<byte>()), new(ElementType.Float32, [0, 2], Array.Empty<byte>()))
            .Aligned.Should()
            .BeTrue();
        Pairs
            .One(new(ElementType.Int64, [0], Array.Empty<byte>()), new(ElementType.Int64, [0], Array.Empty<byte>()))
            .Aligned.Should()
            .BeTrue();
    }

    public static TheoryData<TensorData, TensorData> Integers() =>
        new()
        {
            { TensorData.Of<bool>([true, false], 2), TensorData.Of<bool>([true, true], 2) },
            { TensorData.Of<byte>([1, 0], 2), TensorData.Of<byte>([1, 255], 2) },
            { TensorData.Of<sbyte>([1, 0], 2), TensorData.Of<sbyte>([1, -1], 2) },
            { TensorData.Of<short>([1, 0], 2), TensorData.Of<short>([1, -1], 2) },
            { TensorData.Of<ushort>([1, 0], 2), TensorData.Of<ushort>([1, 1], 2) },
            { TensorData.Of<int>([1, 0], 2), TensorData.Of<int>([1, -1], 2) },
            { TensorData.Of<uint>([1, 0], 2), TensorData.Of<uint>([1, 1], 2) },
            { TensorData.Of<long>([1, 0], 2), TensorData.Of<long>([1, -1], 2) },
            { TensorData.Of<ulong>([1, 0], 2), TensorData.Of<ulong>([1, 1], 2) },
        };

    [Theory]
    [MemberData(nameof(Integers))]
    public void Integers_are_exact_whatever_the_bound(TensorData a, TensorData b)
    {
        Pairs.One(a, b, 1e300).Outcome.Should().Be(TensorOutcome.NotEqual);
        Pairs.One(a, a, 0).Outcome.Should().Be(TensorOutcome.Within);
    }

    [Fact]
    public void Counters_of_batches_are_exact_and_apart()
    {
        const string Name = "backbone.norm.num_batches_tracked";
        var first = Pairs.Set((Name, TensorData.Scalar(10L)), ("w", Weights), ("b." + Name, TensorData.Scalar(1f)));
        var second = Pairs.Set((Name, TensorData.Scalar(11L)), ("w", Weights), ("b." + Name, TensorData.Scalar(1.0000001f)));

        var result = TensorComparer.Compare(first, second, new() { Bound = 100 });

        result.Aligned.Should().BeFalse();
        result.Tensors.Select(tensor => tensor.Name).Should().Equal("w");
        result.Diverged.Should().BeEmpty();
        result.DivergedCounters.Select(counter => counter.Name).Should().BeEquivalentTo(Name, "b." + Name);
        result.ToCheck("weights").Passed.Should().BeFalse();
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    public void Counters_that_were_reset_on_one_side_are_no_divergence(long first, long second)
    {
        NamedTensors Set(long count, long other) =>
            Pairs.Set(
                ("w", Weights),
                ("a.num_batches_tracked", TensorData.Scalar(count)),
                ("b.num_batches_tracked", TensorData.Scalar(other))
            );

        var result = TensorComparer.Compare(Set(first, first), Set(second, second));

        (result.Aligned, result.CountersWereReset, result.BitwiseEqual).Should().Be((true, true, false));
        // One norm that never ran is another matter.
        TensorComparer.Compare(Set(10, 10), Set(10, 0)).Aligned.Should().BeFalse();
        TensorComparer.Compare(Set(10, 10), Set(10, 10)).CountersWereReset.Should().BeFalse();
    }

    [Fact]
    public void A_missing_counter_diverges()
    {
        var result = TensorComparer.Compare(
            Pairs.Set(("w", Weights), ("n.num_batches_tracked", TensorData.Scalar(1L))),
            Pairs.Set(("w", Weights))
        );

        result.Aligned.Should().BeFalse();
        result.Counters.Should().ContainSingle().Which.Outcome.Should().Be(TensorOutcome.Missing);
    }

    [Fact]
    public void Every_tensor_is_in_exactly_one_list_and_the_worst_comes_first()
    {
        var first = Pairs.Set(
            ("within", Weights),
            ("nan", Pairs.Floats(float.NaN)),
            ("above", Pairs.Floats(0)),
            ("worse", Pairs.Floats(0)),
            ("shape", Weights),
            ("type", Weights),
            ("missing", Weights),
            ("int", TensorData.Scalar(1)),
            ("equal", Weights)
        );
        var second = Pairs.Set(
            ("within", Pairs.Floats(1, 2, 3.001f)),
            ("nan", Pairs.Floats(float.NaN)),
            ("above", Pairs.Floats(1)),
            ("worse", Pairs.Floats(2)),
            ("shape", Pairs.Floats(1)),
            ("type", TensorData.Of<double>([1, 2, 3], 3)),
            ("extra", Weights),
            ("int", TensorData.Scalar(2)),
            ("equal", Weights)
        );

        var result = TensorComparer.Compare(first, second);

        result.Diverged.Select(tensor => tensor.Name).Should().Equal("missing", "extra", "type", "shape", "nan", "int", "worse", "above");
        result.Within.Select(tensor => tensor.Name).Should().Equal("within", "equal");
        result.Tensors.Should().HaveCount(10);
        result.ToCheck("all").Should().Match<Check>(check => !check.Passed && check.Worst == "missing");
        result.ToFindings("weights").Should().HaveCount(10);
        result.ToFindings("weights").Take(6).Should().OnlyContain(finding => double.IsPositiveInfinity(finding.Severity));
    }

    [Fact]
    public void As_a_check_it_is_the_largest_sum_against_the_bound()
    {
        var check = TensorComparer
            .Compare(
                Pairs.Set(("a", Pairs.Floats(0)), ("b", Pairs.Floats(0))),
                Pairs.Set(("a", Pairs.Floats(0.5f)), ("b", Pairs.Floats(0.25f))),
                new() { Bound = 0.25 }
            )
            .ToCheck("weights");

        check.Passed.Should().BeTrue();
        check.Measured.Should().Be(0.25);
        check.Worst.Should().Be("a");
    }
}
