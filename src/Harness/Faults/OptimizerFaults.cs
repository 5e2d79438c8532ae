using PPYolo.Kernels.Operations;
using PPYolo.Train.Optimization;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Faults;

/// <summary>Wrong schedules, groups and steps of the optimizer.</summary>
internal static class OptimizerFaults
{
    /// <summary>Every iteration has the rate of an earlier one.</summary>
    public static Alteration RateLate(int iterations = 1) =>
        new() { Parts = parts => parts with { Rate = iteration => parts.Rate(Math.Max(0, iteration - iterations)) } };

    /// <summary>The rate is multiplied.</summary>
    public static Alteration RateTimes(double factor) =>
        new() { Parts = parts => parts with { Rate = iteration => parts.Rate(iteration) * factor } };

    /// <summary>The rate is multiplied by the number of ranks.</summary>
    public static Alteration RateTimesRanks() =>
        new() { Parts = parts => parts with { Rate = iteration => parts.Rate(iteration) * parts.Ranks.Size } };

    /// <summary>The rate does not rise.</summary>
    public static Alteration WarmUpMissing() => new() { Recipe = recipe => recipe with { WarmupIterations = 0, StartFactor = 1 } };

    /// <summary>Iteration 0 has the full rate where the schedule's is due, or the other way round.</summary>
    public static Alteration FirstRateOtherwise() =>
        new() { Recipe = recipe => recipe with { FirstRate = recipe.FirstRate == FirstRate.Full ? FirstRate.Scheduled : FirstRate.Full } };

    /// <summary>The step is another multiple of the rate, which itself is right.</summary>
    public static Alteration StepTimes(double factor) =>
        new() { Parts = parts => parts with { Update = (rate, norms) => parts.Update(factor * rate, norms) } };

    /// <summary>The optimizer leaves a parameter alone, though it has a gradient.</summary>
    public static Alteration Untrained(string key) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Update = (rate, norms) =>
                    {
                        parts.Entry(key).Value.grad = null;
                        parts.Update(rate, norms);
                    },
                },
        };

    /// <summary>Another momentum.</summary>
    public static Alteration Momentum(double value) => new() { Recipe = recipe => recipe with { Momentum = value } };

    /// <summary>Another weight decay.</summary>
    public static Alteration WeightDecay(double value) => new() { Recipe = recipe => recipe with { WeightDecay = value } };

    /// <summary>Norms and biases decay, convolutions do not.</summary>
    public static Alteration WeightDecayInTheWrongGroup() =>
        new() { Groups = groups => [groups[0] with { WeightDecay = groups[1].WeightDecay }, groups[1] with { WeightDecay = 0 }] };

    /// <summary>Everything decays.</summary>
    public static Alteration WeightDecayInAllGroups() =>
        new() { Groups = groups => [groups[0] with { WeightDecay = groups[1].WeightDecay }, groups[1]] };

    /// <summary>Gradients are not clipped.</summary>
    public static Alteration ClippingMissing() => new() { Recipe = recipe => recipe with { ClipGradNorm = null } };

    /// <summary>All groups are clipped by the norm of all gradients together.</summary>
    public static Alteration ClippingByTheJointNorm() =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Update = (rate, norms) => parts.Update(rate, [.. norms!.Select(_ => Math.Sqrt(norms!.Sum(norm => norm * norm)))]),
                },
        };

    /// <summary>The step looks ahead, as Nesterov's.</summary>
    public static Alteration Nesterov() =>
        Around(
            (parts, before, rate) =>
            {
                foreach (var (key, buffer) in parts.Optimizer.Buffers)
                {
                    // buffer - 0.9 before is the gradient as it entered; the step is along it and 0.9 of the buffer.
                    var entered = before.TryGetValue(key, out var old) ? buffer - (old * Scalars.Of(0.9)) : buffer;
                    parts.Entry(key).Value.Add((entered.Plus(buffer * Scalars.Of(0.9)) - buffer) * Scalars.Of(-rate));
                }
            }
        );

    /// <summary>What enters momentum counts 0.8, as with PyTorch's dampening of 0.2; without weight decay.</summary>
    public static Alteration Dampening() =>
        Around(
            (parts, before, rate) =>
            {
                foreach (var (key, buffer) in parts.Optimizer.Buffers)
                {
                    if (before.TryGetValue(key, out var old))
                    {
                        var less = (buffer - (old * Scalars.Of(0.9))) * Scalars.Of(0.2);
                        buffer.Add(less.neg());
                        parts.Entry(key).Value.Add(less * Scalars.Of(rate));
                    }
                }
            }
        );

    private static Alteration Around(Action<StepParts, Dictionary<string, Tensor>, double> after) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Update = (rate, norms) =>
                    {
                        using var noGrad = no_grad();
                        var before = parts.Optimizer.Buffers.ToDictionary(
                            pair => pair.Key,
                            pair => pair.Value.clone(),
                            StringComparer.Ordinal
                        );
                        parts.Update(rate, norms);
                        after(parts, before, rate);
                    },
                },
        };
}
