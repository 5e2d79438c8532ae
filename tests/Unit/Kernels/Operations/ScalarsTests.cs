using PPYolo.Kernels.Operations;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Kernels.Operations;

public sealed class ScalarsTests
{
    [Fact]
    public void Are_there_after_a_collection()
    {
        using var scope = NewDisposeScope();
        var number = Unreferenced();

        GC.Collect();
        GC.WaitForPendingFinalizers();

        number.IsAlive.Should().BeTrue();
        (ones(1, dtype: ScalarType.Float64) * Scalars.Of(0.375)).item<double>().Should().Be(0.375);

        static WeakReference Unreferenced() => new(Scalars.Of(0.375));
    }

    [Fact]
    public void Of_whole_numbers_are_whole()
    {
        Scalars.Of(3).Type.Should().Be(ScalarType.Int64);
        Scalars.Of(3.0).Type.Should().Be(ScalarType.Float64);
        Scalars.Of(0.0).Should().NotBeSameAs(Scalars.Of(-0.0));
        Scalars.Of(3).Should().BeSameAs(Scalars.Of(3));
    }

    [Fact]
    public void Arithmetic_is_that_of_the_operators()
    {
        using var scope = NewDisposeScope();
        Tensor x = TestTensors.Of("x", 1, 5, 7),
            y = TestTensors.Of("y", 1, 5, 7);

        x.Plus(y).ShouldEqual(x + y, "x + y");
        x.Plus(Scalars.Of(0.3)).ShouldEqual(x + 0.3, "x + 0.3");
        Scalars.Of(0.3).Minus(x).ShouldEqual(0.3 - x, "0.3 - x");
        x.clone().Add(y).ShouldEqual(x + y, "x += y");
        x.clone().Add(Scalars.Of(0.3)).ShouldEqual(x + 0.3, "x += 0.3");
        using (Scalar number = 0.3)
        {
            (x * number).ShouldEqual(x * 0.3, "x * 0.3");
        }

        Scalars.Range(5, ScalarType.Float32, CPU).ShouldEqual(arange(5, ScalarType.Float32), "range");
    }
}
