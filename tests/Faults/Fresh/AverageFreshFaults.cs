using PPYolo.Align.Tensors;
using PPYolo.Kernels.Operations;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Train.Optimization;
using PPYolo.Train.Stepping;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Fresh;

/// <summary>Wrong moving averages and learning rates.</summary>
internal static class AverageFreshFaults
{
    /// <summary>Iterations of the bench's warm-up.</summary>
    private const int WarmUp = 4;

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new("EMA starts at the weights", FaultFamily.Average, "ema-start", new() { Parts = StartedAtWeights }, "0 ema *"),
        new(
            "EMA saved corrected for a decay that did not rise",
            FaultFamily.Average,
            [PlantedFault.None, "end-factor"],
            new() { Parts = parts => parts with { ReadAverage = () => CorrectedByFullDecay(parts) } },
            "3 end *"
        ),
        new(
            "two steps of the schedule in each iteration",
            FaultFamily.Schedule,
            "rate-other",
            new() { Parts = parts => parts with { Rate = iteration => parts.Rate(2 * iteration) } },
            "1 schedule rate"
        ),
        new(
            "norms and biases do not warm up",
            FaultFamily.Schedule,
            ["rate-of-group", PlantedFault.None],
            Plant.AfterUpdate(
                (parts, _, rate) =>
                {
                    using Scalar missing = rate - parts.Rate(WarmUp);
                    foreach (var entry in parts.Optimizer.Groups[0].Parameters)
                    {
                        entry.Value.Add(parts.Optimizer.Buffers.Single(pair => pair.Key == entry.Key).Value * missing);
                    }
                }
            ),
            "0 weights *"
        ),
    ];

    private static StepParts StartedAtWeights(StepParts parts)
    {
        using var noGrad = no_grad();
        foreach (var (key, average) in parts.Average.Averages)
        {
            average.copy_(parts.Entry(key).Value);
        }

        return parts;
    }

    private static NamedTensors CorrectedByFullDecay(StepParts parts)
    {
        using var scope = NewDisposeScope();
        var decay = ((TrainingRecipe)Plant.Get(parts.Average, "recipe")!).EmaDecay;
        var factor = Scalars.Of(parts.Average.Correction / (1 - Math.Pow(decay, parts.Average.Updates)));
        var saved = new NamedTensors();
        foreach (var (key, tensor) in parts.ReadAverage())
        {
            saved.Add(key, parts.Entry(key).IsBatchCounter ? tensor : (tensor.ToTorch() * factor).ToData());
        }

        return saved;
    }
}
