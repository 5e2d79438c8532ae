using PPYolo.Align.Verdicts;

namespace PPYolo.Tests.Unit.Align.Verdicts;

public sealed class VerdictTests
{
    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 1, true)]
    [InlineData(1.0000001, 1, false)]
    [InlineData(double.Epsilon, 0, false)]
    [InlineData(double.NaN, 1, false)]
    [InlineData(double.NaN, double.PositiveInfinity, false)]
    [InlineData(double.PositiveInfinity, 1, false)]
    [InlineData(0, double.NaN, false)]
    public void A_check_passes_within_its_bound_and_never_with_a_nan(double measured, double bound, bool passes) =>
        new Check("check", "relative", measured, bound).Passed.Should().Be(passes);

    [Fact]
    public void A_check_is_measured_in_units_of_noise_where_there_is_some()
    {
        var check = new Check("check", "relative", 6, 10);

        check.NoiseRatio.Should().BeNull();
        (check with { Noise = 0 }).NoiseRatio.Should().BeNull();
        (check with { Noise = 2 }).NoiseRatio.Should().Be(3);
    }

    [Fact]
    public void Without_checks_nothing_is_aligned() => Of().Aligned.Should().BeFalse();

    [Fact]
    public void All_checks_must_pass_and_failures_keep_their_order()
    {
        Check good = new("good", "relative", 0, 1),
            bad = new("bad", "relative", 2, 1),
            unknown = new("unknown", "relative", double.NaN, 1);

        Of(good).Aligned.Should().BeTrue();
        Of(good, bad).Aligned.Should().BeFalse();
        Of(unknown, good, bad).Failures.Should().Equal(unknown, bad);
    }

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(0, 0, 0)]
    [InlineData(1.5, 2, 0.25)]
    [InlineData(-1, 2, 1.5)]
    [InlineData(1, -2, 1.5)]
    [InlineData(1, 0, double.PositiveInfinity)]
    [InlineData(double.NaN, 1, double.NaN)]
    [InlineData(1, double.NaN, double.NaN)]
    [InlineData(double.NaN, double.NaN, double.NaN)]
    public void A_loss_is_compared_relative_to_the_expected(double found, double expected, double relative) =>
        new LossComparison("loss_xy", found, expected).Relative.Should().Be(relative);

    [Theory]
    [InlineData(2, 4, 0.5)]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, double.PositiveInfinity)]
    [InlineData(double.NaN, 4, double.PositiveInfinity)]
    [InlineData(double.NaN, 0, double.PositiveInfinity)]
    public void A_finding_is_as_severe_as_it_exceeds_its_bound(double difference, double bound, double severity) =>
        new TensorFinding("weights", "key", difference, bound, null).Severity.Should().Be(severity);

    private static Verdict Of(params Check[] checks) => new("title", "scope", checks, [], []);
}
