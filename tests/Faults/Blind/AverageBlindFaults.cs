using PPYolo.Kernels.Operations;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Wrong moving averages.</summary>
internal static class AverageBlindFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "EMA every second iteration",
            FaultFamily.Average,
            "ema-every-second",
            Plant.Timed(
                (parts, iteration) =>
                    parts with
                    {
                        MoveAverage = () =>
                        {
                            if (iteration() % 2 == 0)
                            {
                                parts.MoveAverage();
                            }
                        },
                    }
            ),
            "1 ema *"
        ),
        new(
            "EMA in half precision",
            FaultFamily.Average,
            ["ema-half-precision"],
            Changed((average, _, _, _) => average.to(ScalarType.Float16).to(ScalarType.Float32)),
            "0 ema *"
        ),
        new(
            "EMA decay at most 0.2",
            FaultFamily.Average,
            "ema-decay",
            new() { Recipe = recipe => recipe with { EmaDecay = 0.2 } },
            "2 ema *"
        ),
        new(
            "EMA's decay and share exchanged",
            FaultFamily.Average,
            ["ema-decay", "ema-other-ramp"],
            Changed((_, before, value, decay) => (before * Scalars.Of(1 - decay)).Plus(value * Scalars.Of(decay))),
            "0 ema *"
        ),
        new(
            "EMA of trained parameters alone",
            FaultFamily.Average,
            PlantedFault.None,
            Plant.AfterAverage(
                (parts, before, _, _) =>
                {
                    foreach (var (key, average) in parts.Average.Averages)
                    {
                        if (!parts.Entry(key).IsTrainable)
                        {
                            average.copy_(before[key]);
                        }
                    }
                }
            ),
            "0 ema backbone.conv1.conv1_1.conv.weight"
        ),
        new(
            "EMA of the weights' steps forgotten in iteration 2",
            FaultFamily.Average,
            PlantedFault.None,
            Plant.AfterAverage(
                (parts, before, _, iteration) =>
                {
                    foreach (var (key, average) in parts.Average.Averages)
                    {
                        if (iteration == 2)
                        {
                            average.copy_(before[key]);
                        }
                    }
                }
            ),
            "2 ema *"
        ),
    ];

    /// <summary>Another average, given the right one, the one before, what is averaged, and the decay.</summary>
    private static Alteration Changed(Func<Tensor, Tensor, Tensor, double, Tensor> change) =>
        Plant.AfterAverage(
            (parts, before, decay, _) =>
            {
                foreach (var (key, average) in parts.Average.Averages)
                {
                    average.copy_(change(average, before[key], parts.Entry(key).Value, decay));
                }
            }
        );
}
