using PPYolo.Harness.Reference;

namespace PPYolo.Tests.Unit.Harness.Reference;

public sealed class DifferencesTests
{
    [Fact]
    public void In_order_the_first_beyond_its_bound_is_named_and_not_the_worst()
    {
        var check = Of(inOrder: true, (0.5, 1, "a"), (3, 2, "b"), (900, 1, "c"), (double.NaN, 1, "d"));

        (check.Measured, check.Bound, check.Worst, check.Passed).Should().Be((3, 2, "b", false));
        check.Note.Should().Be("the first of 3 of 4 that are beyond their bounds");
    }

    [Fact]
    public void At_one_moment_the_farthest_in_units_of_its_bound_is_named()
    {
        var check = Of(inOrder: false, (0.5, 1, "a"), (3, 2, "b"), (2, 0.1, "c"), (0.2, 1, "d"));

        (check.Measured, check.Bound, check.Worst, check.Passed).Should().Be((2, 0.1, "c", false));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Within_bounds_the_nearest_to_its_bound_is_named(bool inOrder)
    {
        var check = Of(inOrder, (0, 1, "a"), (0.5, 10, "b"), (0.4, 1, "c"), (0, 0, "d"));

        (check.Measured, check.Bound, check.Worst, check.Passed, check.Note).Should().Be((0.4, 1, "c", true, null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_is_farther_than_a_number_that_is_none(bool inOrder)
    {
        var check = Of(inOrder, (0.5, 1, "a"), (double.NaN, 1, "b"), (7, 1, "c"));

        check.Worst.Should().Be("b");
        check.Passed.Should().BeFalse();
    }

    [Fact]
    public void Where_equality_is_asked_for_anything_else_is_beyond()
    {
        var check = Of(inOrder: false, (0, 0, "a"), (1, 0, "b"), (5, 0, "c"));

        (check.Measured, check.Passed).Should().Be((1, false));
        Of(inOrder: true, (0, 0, "a"), (0, 0, "b"))
            .Should()
            .BeEquivalentTo(
                new
                {
                    Measured = 0.0,
                    Worst = (string?)null,
                    Passed = true,
                }
            );
    }

    private static PPYolo.Align.Verdicts.Check Of(bool inOrder, params (double, double, string)[] all)
    {
        var differences = new Differences(inOrder);
        foreach (var (difference, bound, name) in all)
        {
            differences.See(difference, bound, name);
        }

        return differences.ToCheck("check", "measure");
    }
}
