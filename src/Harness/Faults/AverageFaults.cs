using PPYolo.Kernels.Operations;
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
    public static Alteration OtherRamp() => Ramp(EmaDecayType.Exponential);

    /// <summary>The decay rises as of a type.</summary>
    public static Alteration Ramp(EmaDecayType type) => new() { Recipe = recipe => recipe with { EmaDecayType = type } };

    /// <summary>Updates are counted from 1 on, or from further on.</summary>
    public static Alteration CountAhead(int updates = 1) => Prepared(parts => parts.Average.LoadState(parts.Average.State(), updates));

    /// <summary>Each update has a decay of its own; after the last, the last.</summary>
    public static Alteration Decays(IReadOnlyList<double> decays) =>
        new()
        {
            Parts = parts =>
            {
                var update = 0;
                return parts with
                {
                    MoveAverage = () =>
                    {
                        using var noGrad = no_grad();
                        using var scope = NewDisposeScope();
                        var before = parts.Average.Averages.ToDictionary(
                            pair => pair.Key,
                            pair => pair.Value.clone(),
                            StringComparer.Ordinal
                        );
                        parts.MoveAverage();
                        var decay = decays[Math.Min(update++, decays.Count - 1)];
                        foreach (var (key, average) in parts.Average.Averages)
                        {
                            var kept = before[key].to(ScalarType.Float64) * Scalars.Of(decay);
                            average.copy_(kept.Plus(parts.Entry(key).Value.detach().to(ScalarType.Float64) * Scalars.Of(1 - decay)));
                        }
                    },
                };
            },
        };

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

    /// <summary>The average is kept in numbers of few bits.</summary>
    public static Alteration Rounded(ScalarType type) =>
        AfterStep(parts =>
        {
            foreach (var average in parts.Average.Averages.Select(pair => pair.Value))
            {
                using var rounded = average.to(type);
                average.copy_(rounded);
            }
        });

    /// <summary>What is saved is not corrected for its start at zero.</summary>
    public static Alteration SavedUncorrected() => new() { Parts = parts => parts with { ReadAverage = parts.Average.State } };

    /// <summary>Running statistics are copied and not averaged.</summary>
    public static Alteration StatisticsCopied() =>
        AfterStep(parts =>
        {
            foreach (var (key, average) in parts.Average.Averages)
            {
                if (key.Contains("running_", StringComparison.Ordinal))
                {
                    average.copy_(parts.Entry(key).Value);
                }
            }
        });

    private static Alteration AfterStep(Action<StepParts> change) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    MoveAverage = () =>
                    {
                        parts.MoveAverage();
                        using var noGrad = no_grad();
                        change(parts);
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
