using PPYolo.Train.Optimization;
using PPYolo.Train.Options;

namespace PPYolo.Tests.Unit.Train.Optimization;

public sealed class LearningRateScheduleTests
{
    private static readonly TrainingRecipe Recipe = new TrainOptions().ToRecipe() with
    {
        LearningRatePerImage = 0.0004 / 8,
        StartFactor = 0.5,
        WarmupIterations = 714,
        Milestones = [8568, 9996],
        Gamma = 0.1,
    };

    /// <summary>The reference's values for a batch of 8, to the last bit.</summary>
    [Theory]
    [InlineData(0, 0.0002)]
    [InlineData(1, 0.00020028011204481795)]
    [InlineData(9, 0.00020252100840336136)]
    [InlineData(713, 0.0003997198879551821)]
    [InlineData(714, 0.0004)]
    [InlineData(715, 0.0004)]
    [InlineData(8567, 0.0004)]
    [InlineData(8568, 4e-05)]
    [InlineData(9995, 4e-05)]
    [InlineData(9996, 4.000000000000001e-06)]
    public void Has_the_rates_of_the_reference(long iteration, double rate) =>
        new LearningRateSchedule(Recipe, 8).Rate(iteration).Should().Be(rate);

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    public void Grows_with_the_batch(long batch) => new LearningRateSchedule(Recipe, batch).Rate(2000).Should().Be(0.0004 / 8 * batch);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0.001)]
    public void Without_warm_up_only_the_first_iteration_starts_lower(long iteration, double rate) =>
        new LearningRateSchedule(Recipe with { WarmupIterations = 0, StartFactor = 0, LearningRatePerImage = 0.001 }, 1)
            .Rate(iteration)
            .Should()
            .Be(rate);
}
