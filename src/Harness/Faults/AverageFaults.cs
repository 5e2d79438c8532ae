using PPYolo.Train.Optimization;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Faults;

/// <summary>Wrong moving averages.</summary>
internal static class AverageFaults
{
    /// <summary>The decay does not rise.</summary>
    public static Alteration NoRamp(double? decay = null) =>
        new() { Recipe = recipe => recipe with { EmaDecay = decay ?? recipe.EmaDecay, EmaDecayType = EmaDecayType.Normal } };

    /// <summary>The decay rises otherwise.</summary>
    public static Alteration OtherRamp() => new() { Recipe = recipe => recipe with { EmaDecayType = EmaDecayType.Exponential } };

    /// <summary>Updates are counted from 1 on.</summary>
    public static Alteration CountAhead() => Prepared(parts => parts.Average.LoadState(parts.Average.State(), 1));

    /// <summary>The average is taken of the weights before the step.</summary>
    public static Alteration BeforeTheOptimizer() =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Update = (rate, norms) =>
                    {
                        parts.MoveAverage();
                        parts.Update(rate, norms);
                    },
                    MoveAverage = () => { },
                },
        };

    /// <summary>What is saved is not corrected for its start at zero.</summary>
    public static Alteration SavedUncorrected() => new() { Parts = parts => parts with { ReadAverage = parts.Average.State } };

    /// <summary>Running statistics are copied and not averaged.</summary>
    public static Alteration StatisticsCopied() =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    MoveAverage = () =>
                    {
                        parts.MoveAverage();
                        using var noGrad = no_grad();
                        foreach (var (key, average) in parts.Average.Averages)
                        {
                            if (key.Contains("running_", StringComparison.Ordinal))
                            {
                                average.copy_(parts.Entry(key).Value);
                            }
                        }
                    },
                },
        };

    private static Alteration Prepared(Action<StepParts> change) =>
        new()
        {
            Parts = parts =>
            {
                change(parts);
                return parts;
            },
        };
}
