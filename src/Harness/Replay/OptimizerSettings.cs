using System.Globalization;
using PPYolo.Align.Formats;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;

namespace PPYolo.Harness.Replay;

/// <summary>Compares settings with what the optimizer beside a run's end weights says of the run.</summary>
internal static class OptimizerSettings
{
    /// <summary>A rate is a product and sum of float64.</summary>
    private const double Exact = 1e-9;

    /// <summary>A sentence on each setting that is another there.</summary>
    /// <param name="file">The file.</param>
    /// <param name="state">Its optimizer.</param>
    /// <param name="options">The settings.</param>
    /// <param name="iterations">The length of the run, after which the rate of the next iteration was set.</param>
    public static IEnumerable<string> Differences(string file, SgdState state, TrainOptions options, int iterations)
    {
        if (state.Groups.Count == 0)
        {
            yield break;
        }

        var recipe = options.ToRecipe();
        var (rate, momentum, decay) = (
            state.Groups[0].LearningRate,
            state.Groups[0].Momentum,
            state.Groups.Max(group => group.WeightDecay)
        );
        var next = new LearningRateSchedule(recipe, options.Batch).Rate(iterations);
        if (!Near(rate, next))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: its optimizer went on at the rate {rate}, and these settings make it {next}: look at learningRatePerImage, "
                    + $"startFactor, iterationsPerEpoch and warmupEpochs"
            );
        }

        if (!Near(momentum, recipe.Momentum))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: its optimizer has momentum {momentum}, and 'momentum' is {recipe.Momentum}"
            );
        }

        if (!Near(decay, recipe.WeightDecay))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: its optimizer has weight decay {decay}, and 'weightDecay' is {recipe.WeightDecay}"
            );
        }
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) <= Exact * Math.Max(Math.Abs(a), Math.Abs(b));
}
