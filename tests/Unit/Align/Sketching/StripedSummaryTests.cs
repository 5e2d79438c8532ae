using PPYolo.Align.Formats;
using PPYolo.Align.Generation;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Train.Records;

namespace PPYolo.Tests.Unit.Align.Sketching;

public class StripedSummaryTests
{
    [Fact]
    public void Tensors_of_any_type_are_summarized_by_their_numbers()
    {
        var expected = StripedSummary.Of([3f, -1f, 0f, 7f]);

        foreach (
            var tensor in new[]
            {
                TensorData.Of<long>([3, -1, 0, 7], 2, 2),
                TensorData.Of<int>([3, -1, 0, 7], 4),
                TensorData.Of<double>([3, -1, 0, 7], 4),
                TensorData.Of([(Half)3, (Half)(-1), (Half)0, (Half)7], 4),
            }
        )
        {
            StripedSummary.Of(tensor).Should().BeEquivalentTo(expected, tensor.Type.Name());
        }
    }

    [Fact]
    public void A_tensor_in_a_file_has_the_sums_of_its_values()
    {
        // More than two chunks, and a row of 64 that is not full.
        var values = new float[(2 << 18) + 1000];
        new PortableStream("summary of a file").FillScaled(values, 1);
        using var folder = new TemporaryFolder();
        var path = folder.File("a.npz");
        Npz.Write(path, new() { { "a", TensorData.Of<float>(values, values.Length) } });

        using var read = Npz.Read(path);

        StripedSummary.Of(read["a"]).Should().BeEquivalentTo(StripedSummary.Of(values), options => options.WithStrictOrdering());
    }

    [Fact]
    public void Tables_of_integers_are_a_part_of_a_run()
    {
        var trace = new IterationTrace(0);

        TracingLoop.AddFiles(
            trace,
            TracePhase.End,
            new() { { "index", TensorData.Of<long>([0, 1, 2], 3) }, { "norm.num_batches_tracked", TensorData.Scalar(4L) } }
        );

        trace.Entries.Should().ContainSingle().Which.Key.Name.Should().Be("index");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(1000)]
    [InlineData(600_001)]
    public void Holds_what_a_simple_loop_finds(int count)
    {
        var values = Values("a", count);
        var signs = new PortableStream("sketch/striped");
        var sums = new double[StripedSummary.Stripes];
        for (var i = 0; i < count; i++)
        {
            sums[i % 64] += ((signs.Bits(i / 64) >> (i % 64)) & 1) == 1 ? -(double)values[i] : values[i];
        }

        var summary = StripedSummary.Of(values);

        summary.L2.Should().BeApproximately(Math.Sqrt(values.Sum(value => (double)value * value)), 1e-9 * count);
        summary.Mean.Should().BeApproximately(values.Average(value => (double)value), 1e-12);
        summary.AbsMax.Should().Be(values.Max(Math.Abs));
        summary.NonFinite.Should().Be(0);
        summary.Sums.Zip(sums).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-9);
    }

    [Fact]
    public void Tells_distances()
    {
        float[] a = Values("a", 100_000),
            b = Values("b", 100_000);
        var distance = Math.Sqrt(a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum());

        StripedSummary.Of(a).Distance(StripedSummary.Of(b)).Should().BeApproximately(distance, 0.3 * distance);
        StripedSummary.Of(a).RelativeDistance(StripedSummary.Of(a)).Should().Be(0);
    }

    [Fact]
    public void Is_linear()
    {
        float[] a = Values("a", 5000),
            b = Values("b", 5000);
        var sum = StripedSummary.Of([.. a.Zip(b, (x, y) => (2 * x) - (0.5f * y))]);

        var expected = StripedSummary.Of(a).Sums.Zip(StripedSummary.Of(b).Sums, (x, y) => (2 * x) - (0.5 * y));

        sum.Sums.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Counts_what_is_not_finite(float bad)
    {
        var values = Values("a", 1000);
        values[700] = bad;

        var summary = StripedSummary.Of(values);

        summary.NonFinite.Should().Be(1);
        summary.AbsMax.Should().Be(double.NaN);
        double.IsFinite(summary.RelativeDistance(StripedSummary.Of(Values("a", 1000)))).Should().BeFalse();
    }

    private static float[] Values(string name, int count)
    {
        var values = new float[count];
        new PortableStream(name).FillScaled(values, 1f);
        return values;
    }
}
