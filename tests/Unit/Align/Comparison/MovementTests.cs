using PPYolo.Align.Comparison;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Comparison;

public class MovementTests
{
    [Theory]
    [InlineData(ElementType.Float16, 100)]
    [InlineData(ElementType.BFloat16, 5000)]
    [InlineData(ElementType.Float32, 300_001)]
    [InlineData(ElementType.Float64, 2049)]
    public void Each_side_is_measured_from_its_start(ElementType type, int count)
    {
        var (a, b) = Pairs.Random(type, count, seed: 1);
        var (start, other) = Pairs.Random(type, count, seed: 2);

        var shared = Compare(a, b, start, null)!;
        var own = Compare(a, b, start, other)!;

        Naive.Near(shared.First, Naive.SumOfSquares(a, start));
        Naive.Near(shared.Second, Naive.SumOfSquares(b, start));
        Naive.Near(shared.Ratio, Math.Sqrt(Naive.SumOfSquares(a, b) / Naive.SumOfSquares(a, start)));
        own.First.Should().Be(shared.First);
        Naive.Near(own.Second, Naive.SumOfSquares(b, other));
    }

    [Fact]
    public void Tensors_that_are_equal_have_moved_differently_from_different_starts()
    {
        Compare(Pairs.Floats(3), Pairs.Floats(3), Pairs.Floats(1), Pairs.Floats(2)).Should().Be(new Movement(4, 1, 0));
    }

    [Fact]
    public void The_second_start_alone_serves_both()
    {
        var result = TensorComparer.Compare(
            Pairs.Set(("w", Pairs.Floats(3))),
            Pairs.Set(("w", Pairs.Floats(4))),
            new() { SecondStart = Pairs.Set(("w", Pairs.Floats(1))) }
        );

        result.Tensors[0].Movement.Should().Be(new Movement(4, 9, 0.5));
    }

    [Fact]
    public void What_never_moved_but_differs_passes_the_bound_and_is_pointed_at()
    {
        // The bias on one side was never trained: an absolute bound does not see it.
        var first = Pairs.Set(("w", Pairs.Floats(1.5f)), ("bias", Pairs.Floats(0.01f)), ("frozen", Pairs.Floats(7)));
        var second = Pairs.Set(("w", Pairs.Floats(1.5f)), ("bias", Pairs.Floats(0)), ("frozen", Pairs.Floats(7)));
        var start = Pairs.Set(("w", Pairs.Floats(1)), ("bias", Pairs.Floats(0)), ("frozen", Pairs.Floats(7)));

        var result = TensorComparer.Compare(first, second, new() { FirstStart = start });
        var reversed = TensorComparer.Compare(second, first, new() { FirstStart = start });

        result.Aligned.Should().BeTrue();
        result.Suspicious.Select(tensor => tensor.Name).Should().Equal("bias");
        result.Tensors[1].Movement!.Ratio.Should().Be(1);
        reversed.Suspicious.Should().ContainSingle().Which.Movement!.Ratio.Should().Be(double.PositiveInfinity);
        result.Tensors[2].Movement.Should().Be(new Movement(0, 0, 0));
    }

    [Fact]
    public void A_start_that_lacks_the_tensor_or_has_another_is_not_used()
    {
        var (a, b) = (Pairs.Floats(1, 2), Pairs.Floats(1, 2));

        Compare(a, b, Pairs.Floats(1), null).Should().BeNull();
        Compare(a, b, TensorData.Of<double>([1, 2], 2), null).Should().BeNull();
        TensorComparer
            .Compare(Pairs.Set(("w", a)), Pairs.Set(("w", b)), new() { FirstStart = Pairs.Set() })
            .Tensors[0]
            .Movement.Should()
            .BeNull();
    }

    [Fact]
    public void A_start_with_NaN_leaves_the_comparison_of_the_two_as_it_is()
    {
        var result = TensorComparer.Compare(
            Pairs.Set(("w", Pairs.Floats(1))),
            Pairs.Set(("w", Pairs.Floats(1))),
            new() { FirstStart = Pairs.Set(("w", Pairs.Floats(float.NaN))) }
        );

        result.Aligned.Should().BeTrue();
        result.Tensors[0].Movement!.First.Should().Be(double.NaN);
    }

    [Fact]
    public void Integers_move_too()
    {
        Compare(TensorData.Scalar(10L), TensorData.Scalar(9L), TensorData.Scalar(0L), null).Should().Be(new Movement(100, 81, 0.1));
    }

    private static Movement? Compare(TensorData a, TensorData b, TensorData start, TensorData? other) =>
        TensorComparer
            .Compare(
                Pairs.Set(("w", a)),
                Pairs.Set(("w", b)),
                new() { FirstStart = Pairs.Set(("w", start)), SecondStart = other is null ? null : Pairs.Set(("w", other)) }
            )
            .Tensors[0]
            .Movement;
}
