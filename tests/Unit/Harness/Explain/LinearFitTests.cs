using PPYolo.Align.Sketching;
using PPYolo.Harness.Explain;

namespace PPYolo.Tests.Unit.Harness.Explain;

public class LinearFitTests
{
    [Fact]
    public void Finds_coefficients_of_very_different_size()
    {
        double[] a = Values(1),
            b = Values(1e-6),
            c = Values(1e3);
        var fit = new LinearFit(3);
        fit.Add([.. Enumerable.Range(0, a.Length).Select(i => (0.9 * a[i]) + (5e-4 * b[i]) - (3 * c[i]))], [a, b, c], 2);

        var result = fit.Solve()!;

        result.Coefficients[0].Should().BeApproximately(0.9, 1e-9);
        result.Coefficients[2].Should().BeApproximately(-3, 1e-9);
        result.Residual.Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Says_what_is_left()
    {
        var fit = new LinearFit(1);
        double[] basis = Values(1);
        fit.Add(Values(1), [basis], 1);

        fit.Solve()!.Residual.Should().BeInRange(0.7, 1);
    }

    [Fact]
    public void Terms_that_follow_from_others_have_no_solution()
    {
        double[] a = Values(1);
        var fit = new LinearFit(2);
        fit.Add(a, [a, [.. a.Select(value => 2 * value)]], 1);

        fit.Solve().Should().BeNull();
        new LinearFit(1).Solve().Should().BeNull();
    }

    private int seed;

    private double[] Values(double scale)
    {
        var random = new Random(++seed);
        return [.. Enumerable.Range(0, StripedSummary.Stripes).Select(_ => scale * (random.NextDouble() - 0.5))];
    }
}
