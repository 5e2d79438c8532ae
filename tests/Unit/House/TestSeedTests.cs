using FsCheck.Fluent;

namespace PPYolo.Tests.Unit.House;

public sealed class TestSeedTests
{
    [Fact]
    public void The_same_seed_draws_the_same_and_another_does_not()
    {
        var first = Drawn(5);

        Drawn(5).Should().Equal(first);
        Drawn(6).Should().NotEqual(first);
    }

    [Fact]
    public void A_failure_names_the_seed() =>
        new TestSeed(5)
            .Invoking(seed => seed.Check(Prop.ForAll(ArbMap.Default.ArbFor<int>(), number => number < 3)))
            .Should()
            .Throw<InvalidOperationException>()
            .WithMessage("*Falsifiable*PPYOLO_TEST_SEED=5 draws the same again");

    private static List<int> Drawn(int seed)
    {
        var drawn = new List<int>();
        new TestSeed(seed).Check(
            Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                number =>
                {
                    drawn.Add(number);
                    return true;
                }
            )
        );
        return drawn;
    }
}
