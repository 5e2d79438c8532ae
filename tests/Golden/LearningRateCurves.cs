using System.Globalization;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;

namespace PPYolo.Tests.Golden;

/// <summary>The learning rate of each configuration where it bends, and once each epoch.</summary>
public class LearningRateCurves
{
    public static TheoryData<string> Configs => [.. TrainOptionsFile.Names];

    [Theory]
    [MemberData(nameof(Configs))]
    public Task Curve(string config)
    {
        var options = TrainOptionsFile.Read(config, []);
        var recipe = options.ToRecipe();
        var schedule = new LearningRateSchedule(recipe, options.Batch);
        var iterations = Enumerable
            .Range(0, options.Epochs + 1)
            .Select(epoch => epoch * options.IterationsPerEpoch)
            .Concat(recipe.Milestones.Append(recipe.WarmupIterations).SelectMany(bend => new[] { bend - 1, bend, bend + 1 }))
            .Concat([0, 1, 2, 9])
            .Distinct()
            .Order();
        return Verify(string.Join('\n', iterations.Select(i => $"{i}\t{schedule.Rate(i).ToString("R", CultureInfo.InvariantCulture)}")))
            .UseParameters(config);
    }
}
