using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Align.Sketching;

public sealed class SketchTests
{
    [Fact]
    public void Estimates_distances_within_what_64_signs_allow()
    {
        // Two sets of R18-vd weights: 211 tensors from 12 to 2.4 million elements.
        using var network = new PPYoloNetwork(NetworkPresets.R18Vd);
        var entries = StateEntries.Of(network);
        using var one = GeneratedWeights.Create("1", WeightProfile.Plain, NetworkPresets.R18Vd).For(entries);
        using var other = GeneratedWeights.Create("5", WeightProfile.Calm, NetworkPresets.R18Vd).For(entries);
        var errors = new List<double>();
        foreach (var entry in entries.Where(entry => !entry.IsBatchCounter))
        {
            TensorData first = one[entry.Key],
                second = other[entry.Key];
            var exact = SquaredDistance(first.As<float>(), second.As<float>());
            errors.Add((TensorSummary.Of(entry.Key, first).Sketch.SquaredDistance(TensorSummary.Of(entry.Key, second).Sketch) / exact) - 1);
        }

        // Estimates are independent, with standard deviation 18 %: the largest of some 200 stays within 4.5 deviations (one failure in 700
        // sets, and this is one fixed set), the mean within 4 deviations of a mean, and the spread within a third of what it is.
        errors.Max(Math.Abs).Should().BeLessThan(4.5 * Sketch.RelativeDeviation);
        Math.Abs(errors.Average()).Should().BeLessThan(4 * Sketch.RelativeDeviation / Math.Sqrt(errors.Count));
        Math.Sqrt(errors.Average(error => error * error))
            .Should()
            .BeInRange(Sketch.RelativeDeviation * 2 / 3, Sketch.RelativeDeviation * 4 / 3);
    }

    [Theory]
    [InlineData("r18vd-96")]
    [InlineData("r18vd-96-calm")]
    public void Equals_the_sketches_of_the_reference(string name)
    {
        var path = Fixtures.PathOf("reference", name, "reference.npz");
        using var reference = Npz.Read(path);
        var names = Npz.ReadStrings(path, "names");
        var expected = reference["init_sketch"].As<double>();
        using var network = new PPYoloNetwork(NetworkPresets.R18Vd);
        var calm = name.EndsWith("calm", StringComparison.Ordinal);
        using var weights = GeneratedWeights
            .Create(calm ? "5" : "1", calm ? WeightProfile.Calm : WeightProfile.Plain, NetworkPresets.R18Vd)
            .For(StateEntries.Of(network));
        for (var i = 0; i < names.Length; i++)
        {
            var summary = TensorSummary.Of(names[i], weights[names[i]]);
            // Float64 sums in another order: far below 1e-12 of the norm times the square root of the count, which the tensor's largest
            // sums are.
            var tolerance = 1e-12 * summary.L2 * Math.Sqrt(weights[names[i]].Count);
            for (var j = 0; j < Sketch.Size; j++)
            {
                summary.Sketch.Sums[j].Should().BeApproximately(expected[(i * Sketch.Size) + j], tolerance, "of {0}", names[i]);
            }
        }
    }

    [Fact]
    public void Norm_is_the_distance_from_zero()
    {
        var sketch = new Sketch([.. Enumerable.Range(0, 64).Select(j => (double)j)]);

        sketch.SquaredNorm().Should().Be(Enumerable.Range(0, 64).Sum(j => j * j) / 64.0);
        sketch.SquaredDistance(new Sketch(new double[64])).Should().Be(sketch.SquaredNorm());
        sketch.SquaredDistance(sketch).Should().Be(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    public void Refuses_another_number_of_sums(int count)
    {
        var make = () => new Sketch(new double[count]);

        make.Should().Throw<AlignException>().WithMessage($"a sketch has 64 sums, found {count}");
    }

    private static double SquaredDistance(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        double sum = 0;
        for (var i = 0; i < one.Length; i++)
        {
            sum += ((double)one[i] - other[i]) * ((double)one[i] - other[i]);
        }

        return sum;
    }
}
