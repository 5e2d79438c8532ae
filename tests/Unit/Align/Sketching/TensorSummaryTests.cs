using System.Runtime.InteropServices;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Sketching;

public sealed class TensorSummaryTests
{
    // Sums of n float64 numbers in two orders differ by at most n times 1.1e-16 of the sum of magnitudes; n is below a million, and errors
    // of random sign grow only like its square root.
    private const double Rounding = 1e-13;

    // More than one chunk of 2^18 elements, and a rest that fills neither a vector nor a block.
    private const int Long = (1 << 18) + 517;

    public static TheoryData<ElementType> Types => [.. Enum.GetValues<ElementType>()];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(Long)]
    public void Equals_the_definition(int count)
    {
        var values = TestTensors.Values("summary", count, 3, 0.25f);

        ShouldBe(
            TensorSummary.Of("some.key", TensorData.Of<float>(values, count)),
            new NaiveSummary("some.key", [.. values.Select(value => (double)value)])
        );
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Takes_every_element_type(ElementType type)
    {
        var (tensor, values) = Elements(type);

        ShouldBe(TensorSummary.Of("typed", tensor), new NaiveSummary("typed", values));
    }

    [Fact]
    public void What_did_not_move_adds_nothing()
    {
        // Whole blocks that are where they began, one that is not, a number that is none, and a difference of the least positive number.
        float[] start = TestTensors.Values("start", 4096),
            end = [.. start];
        (start[700], end[700]) = (0, float.Epsilon);
        for (var i = 1600; i < 2000; i++)
        {
            end[i] += 0.5f;
        }

        var moved = Array.ConvertAll([.. Enumerable.Range(0, start.Length)], i => (double)end[i] - start[i]);
        var sums = SummaryKernel.Run("key", TensorData.Of<float>(end, 4096), TensorData.Of<float>(start, 4096));

        var expected = SummaryKernel.Run("key", TensorData.Of<double>(moved, 4096));
        sums.Signed.Should().Equal(expected.Signed);
        sums.Moved.Should().Be(expected.Squares);
        end[3000] = float.NaN;
        double.IsNaN(SummaryKernel.Run("key", TensorData.Of<float>(end, 4096), TensorData.Of<float>(start, 4096)).Moved).Should().BeTrue();
    }

    [Fact]
    public void Depends_on_the_name_and_not_on_the_shape()
    {
        var values = TestTensors.Values("summary", 64);
        var flat = TensorSummary.Of("a", TensorData.Of<float>(values, 64));

        TensorSummary.Of("a", TensorData.Of<float>(values, 4, 16)).Sketch.Sums.Should().Equal(flat.Sketch.Sums);
        TensorSummary.Of("b", TensorData.Of<float>(values, 64)).Sketch.Sums.Should().NotEqual(flat.Sketch.Sums);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Has_the_same_bits_on_any_number_of_threads(int threads)
    {
        var tensor = TensorData.Of<float>(TestTensors.Values("threads", 5 * Long), 5 * Long);
        var free = TensorSummary.Of("key", tensor);

        var held = WhileOthersWork(threads, () => TestEnvironment.WithThreads(threads, () => TensorSummary.Of("key", tensor)));

        held.Sketch.Sums.Should().Equal(free.Sketch.Sums);
        (held with { Sketch = free.Sketch }).Should().Be(free);
    }

    [Fact]
    public void An_empty_tensor_is_all_zero()
    {
        var summary = TensorSummary.Of("empty", TensorData.Of<float>([], 0, 3));

        ShouldBe(summary, new NaiveSummary("empty", []));
        summary.Sketch.SquaredNorm().Should().Be(0);
    }

    [Fact]
    public void Counts_what_is_not_finite_and_does_not_hide_it()
    {
        var values = TestTensors.Values("bad", 2000);
        values[3] = float.NaN;
        values[700] = float.PositiveInfinity;
        values[1999] = float.NegativeInfinity;

        var summary = TensorSummary.Of("bad", TensorData.Of<float>(values, 2000));

        summary.NonFinite.Should().Be(3);
        summary.AbsMax.Should().Be(double.NaN);
        summary.L2.Should().Be(double.NaN);
        summary.Sketch.SquaredNorm().Should().Be(double.NaN);
        summary.Sketch.SquaredDistance(TensorSummary.Of("bad", TensorData.Of<float>(new float[2000], 2000)).Sketch).Should().Be(double.NaN);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Long - 1)]
    public void An_infinity_anywhere_is_the_largest_magnitude(int at)
    {
        var values = TestTensors.Values("infinite", Long);
        values[at] = float.NegativeInfinity;

        var summary = TensorSummary.Of("infinite", TensorData.Of<float>(values, Long));

        summary.NonFinite.Should().Be(1);
        summary.AbsMax.Should().Be(double.PositiveInfinity);
    }

    private static void ShouldBe(TensorSummary found, NaiveSummary expected)
    {
        var tolerance = Rounding * expected.Magnitude;
        for (var j = 0; j < Sketch.Size; j++)
        {
            found.Sketch.Sums[j].Should().BeApproximately(expected.Sums[j], tolerance, "of sum {0}", j);
        }

        found.L2.Should().BeApproximately(expected.L2, tolerance);
        found.Mean.Should().BeApproximately(expected.Mean, tolerance);
        found.AbsMax.Should().Be(expected.AbsMax);
        found.NonFinite.Should().Be(0);
    }

    /// <summary>Keeps all but some of the pool's threads busy, so that parallel work gets only those.</summary>
    private static T WhileOthersWork<T>(int threads, Func<T> run)
    {
        using var release = new ManualResetEventSlim();
        var busy = Math.Max(0, Environment.ProcessorCount - threads);
        var blockers = Enumerable.Range(0, busy).Select(_ => Task.Run(release.Wait)).ToArray();
        try
        {
            return run();
        }
        finally
        {
            release.Set();
            Task.WaitAll(blockers);
        }
    }

    /// <summary>A tensor of a type with its ends of range in it, and the same as float64.</summary>
    private static (TensorData Tensor, double[] Values) Elements(ElementType type) =>
        type switch
        {
            ElementType.Bool => (TensorData.Of<bool>([true, false, true], 3), [1, 0, 1]),
            ElementType.UInt8 => Integers<byte>([0, 1, 255], value => value),
            ElementType.Int8 => Integers<sbyte>([-128, 1, 127], value => value),
            ElementType.UInt16 => Integers<ushort>([0, 1, 65535], value => value),
            ElementType.Int16 => Integers<short>([-32768, 1, 32767], value => value),
            ElementType.UInt32 => Integers<uint>([0, 1, uint.MaxValue], value => value),
            ElementType.Int32 => Integers<int>([int.MinValue, 1, int.MaxValue], value => value),
            ElementType.UInt64 => Integers<ulong>([0, 1, ulong.MaxValue], value => value),
            ElementType.Int64 => Integers<long>([long.MinValue, 1, long.MaxValue], value => value),
            ElementType.Float16 => Integers<Half>([Half.MinValue, (Half)0.5, Half.Epsilon], value => (double)value),
            ElementType.BFloat16 => (
                new TensorData(type, [3], MemoryMarshal.AsBytes<ushort>([0x3f80, 0xc049, 0x0001]).ToArray()),
                [1, -3.140625, Math.Pow(2, -133)]
            ),
            ElementType.Float32 => Integers<float>([float.MinValue, 0.1f, float.Epsilon], value => value),
            ElementType.Float64 => Integers<double>([-1e150, 0.1, double.Epsilon], value => value),
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };

    private static (TensorData Tensor, double[] Values) Integers<T>(T[] elements, Func<T, double> widen)
        where T : unmanaged => (TensorData.Of<T>(elements, elements.Length), Array.ConvertAll(elements, element => widen(element)));
}
