using PPYolo.Align;
using PPYolo.Align.Golden;

namespace PPYolo.Tests.Unit.Align.Golden;

public class GoldenComparerTests
{
    [Fact]
    public void A_run_within_its_floors_is_aligned()
    {
        var comparison = GoldenComparer.Compare(Runs.Golden(), Runs.Run(3e-4));

        comparison.Aligned.Should().BeTrue(comparison.ToString());
        comparison.BitwiseEqual.Should().Be(2, "the frozen weight and the counter did not change");
        comparison.Began.Should().BeNull();
        comparison.Worst!.Units.Should().BeInRange(1, GoldenTolerance.Allowance);
    }

    [Fact]
    public void A_run_outside_says_where_worst_first()
    {
        var comparison = GoldenComparer.Compare(Runs.Golden(), Runs.Run(0.4));

        comparison.Aligned.Should().BeFalse();
        comparison.Failures.Where(failure => failure.What != "loss").Select(failure => failure.Units).Should().BeInDescendingOrder();
        comparison.Began.Should().Be("iteration 0, forward (total_loss)");
    }

    public static TheoryData<string, string> Structural =>
        new()
        {
            { "missing", "missing" },
            { "extra", "not in the golden" },
            { "shape", "expected float32 2x2, found float32 4" },
            { "counter", "bits" },
            { "frozen", "frozen" },
            { "nan", "not finite" },
            { "still", "did not move" },
            { "role", "expected it trained, found it frozen" },
        };

    [Theory]
    [MemberData(nameof(Structural))]
    public void What_must_be_equal_is_red_at_any_size(string fault, string explanation)
    {
        var golden = Runs.Golden();
        var found = fault switch
        {
            "missing" => Runs.Run(give: name => name != "mean"),
            "extra" => Runs.Run(),
            "shape" => Runs.Run().With("weight", tensor => tensor with { Shape = [4] }),
            "counter" => Runs.Run(counter: 3),
            "frozen" => Runs.Run(frozen: float.BitIncrement(3)),
            "nan" => Runs.Run(weight: [float.NaN, 2.5f, 3.5f, 4.5f]),
            "still" => Runs.Run(weight: [1, 2, 3, 4]),
            _ => Runs.Run().With("weight", tensor => tensor with { Role = GoldenRole.Frozen }),
        };
        if (fault == "extra")
        {
            golden = golden with { Tensors = [.. golden.Tensors.Where(tensor => tensor.Name != "mean")] };
        }

        var comparison = GoldenComparer.Compare(golden, found);

        comparison.Failures[0].Units.Should().Be(double.PositiveInfinity);
        comparison.Failures[0].Explanation.Should().Contain(explanation);
    }

    [Fact]
    public void A_rate_that_differs_comes_first_and_began_it()
    {
        var comparison = GoldenComparer.Compare(Runs.Golden(), Runs.Run(rate: 0.1001));

        comparison.Failures.Should().ContainSingle().Which.What.Should().Be("learning rate");
        comparison.Began.Should().Be("iteration 0, optimizer (learning rate)");
    }

    /// <summary>
    /// Equal digests of a run elsewhere prove nothing of a tensor's noise, so that its sketch decides; here they prove that it is the same.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_digest_counts_only_where_the_environment_is_the_same(bool sameEnvironment)
    {
        var golden = Runs.Golden();
        var mean = golden.Tensors.Single(tensor => tensor is { Name: "mean", Part: GoldenPart.Weight });
        var found = Runs.Run(mean: 5, environment: sameEnvironment ? Runs.Here : Runs.Elsewhere)
            .With("mean", tensor => mean with { Movement = tensor.Movement });

        GoldenComparer.Compare(golden, found).Aligned.Should().Be(sameEnvironment);
    }

    [Fact]
    public void A_golden_that_is_mostly_noise_fails_itself()
    {
        var golden = Runs.Golden(noise: 0.3);

        var comparison = GoldenComparer.Compare(golden, Runs.Run());

        comparison.Aligned.Should().BeFalse();
        comparison.Failures[0].Name.Should().Be("mean", "0.3 of noise are more than a quarter of its movement of 0.5");
        comparison.Failures[0].Explanation.Should().Contain("the golden says nothing of it");
    }

    [Fact]
    public void A_tolerance_is_never_more_than_half_of_the_movement()
    {
        var golden = Runs.Golden(noise: 0.1);

        // Eight floors of 0.1 would let the running mean, which moved by 0.5, be anything.
        GoldenTolerance.Of(golden.Tensors.Single(tensor => tensor.Name == "mean")).Should().Be(0.25);
        GoldenComparer.Compare(golden, Runs.Run(mean: 0.8f)).Failures.Should().Contain(failure => failure.Name == "mean");
    }

    [Fact]
    public void A_golden_without_floors_is_refused() =>
        FluentActions
            .Invoking(() => GoldenComparer.Compare(Runs.Run(), Runs.Run()))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*no floors*");

    [Fact]
    public void A_run_of_another_case_is_red() =>
        GoldenComparer.Compare(Runs.Golden(), Runs.Run() with { Case = "another" }).Failures[0].What.Should().Be("case");
}
