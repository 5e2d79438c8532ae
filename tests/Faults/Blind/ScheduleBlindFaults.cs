using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Wrong learning rates.</summary>
internal static class ScheduleBlindFaults
{
    /// <summary>Iterations of the bench's warm-up.</summary>
    private const int WarmUp = 4;

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "warm-up along a cosine",
            FaultFamily.Schedule,
            ["rate-other"],
            Rate((right, iteration) => right(0) + ((right(WarmUp) - right(0)) * (1 - Math.Cos(Math.PI * iteration / WarmUp)) / 2)),
            "1 schedule rate"
        ),
        new(
            "warm-up one iteration longer",
            FaultFamily.Schedule,
            ["rate-other", "warm-up-longer"],
            new() { Recipe = recipe => recipe with { WarmupIterations = recipe.WarmupIterations + 1 } },
            "1 schedule rate"
        ),
        new(
            "iteration 0 at the full rate",
            FaultFamily.Schedule,
            ["rate-first", "rate-other"],
            Rate((right, iteration) => right(iteration == 0 ? WarmUp : iteration)),
            "0 schedule rate"
        ),
        new(
            "rate drops by a tenth from iteration 2 on",
            FaultFamily.Schedule,
            ["rate-other"],
            Rate((right, iteration) => right(iteration) * (iteration >= 2 ? 0.1 : 1)),
            "2 schedule rate"
        ),
        new(
            "rate one step early",
            FaultFamily.Schedule,
            ["rate-shifted"],
            Rate((right, iteration) => right(iteration + 1)),
            "0 schedule rate"
        ),
        new(
            "warm-up from zero",
            FaultFamily.Schedule,
            ["rate-other"],
            new() { Recipe = recipe => recipe with { StartFactor = 0 } },
            "0 schedule rate"
        ),
    ];

    private static Alteration Rate(Func<Func<int, double>, int, double> change) =>
        new() { Parts = parts => parts with { Rate = iteration => change(parts.Rate, iteration) } };
}
