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

    /// <summary>Each iteration has a rate of its own; after the last, the last.</summary>
    public static Alteration Rates(IReadOnlyList<double> rates) =>
        new() { Parts = parts => parts with { Rate = iteration => rates[Math.Min(iteration, rates.Count - 1)] } };

    /// <summary>The optimizer gets a multiple of the gradients.</summary>
    public static Alteration GradientsTimes(double factor) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Update = (rate, norms) =>
                    {
                        using var noGrad = no_grad();
                        GradientFaults.Scale(parts.Entries, factor);
                        parts.Update(rate, norms);
                    },
                },
        };

    /// <summary>Each group has a weight decay of its own.</summary>
    public static Alteration WeightDecays(double undecayed, double decayed) =>
        new() { Groups = groups => [groups[0] with { WeightDecay = undecayed }, groups[1] with { WeightDecay = decayed }] };

    /// <summary>Gradients are clipped at another norm.</summary>
    public static Alteration ClippingAt(double limit) => new() { Recipe = recipe => recipe with { ClipGradNorm = limit } };

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
    public static Alteration Untrained(string key) => Untrained([key]);

    /// <summary>The optimizer leaves parameters alone, though they have gradients.</summary>
    public static Alteration Untrained(IReadOnlyList<string> keys) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Update = (rate, norms) =>
                    {
                        foreach (var key in keys)
                        {
                            parts.Entry(key).Value.grad = null;
                        }

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
    public static Alteration Nesterov(double momentum = 0.9) =>
        Around(
            (parts, before, rate) =>
            {
                foreach (var (key, buffer) in parts.Optimizer.Buffers)
                {
                    // buffer - momentum * before is the gradient as it entered; the step is along it and momentum times the buffer.
                    var entered = before.TryGetValue(key, out var old) ? buffer - (old * Scalars.Of(momentum)) : buffer;
                    parts.Entry(key).Value.Add((entered.Plus(buffer * Scalars.Of(momentum)) - buffer) * Scalars.Of(-rate));
                }
            }
        );

    /// <summary>Weight decay goes off weights at the learning rate and not into gradients.</summary>
    public static Alteration DecoupledDecay(double decay) =>
        WeightDecay(0)
            .And(
                new()
                {
                    Parts = parts =>
                        parts with
                        {
                            Update = (rate, norms) =>
                            {
                                using var noGrad = no_grad();
                                var before = parts
                                    .Optimizer.Groups[1]
                                    .Parameters.ToDictionary(entry => entry.Key, entry => entry.Value.clone(), StringComparer.Ordinal);
                                parts.Update(rate, norms);
                                foreach (var (key, old) in before)
                                {
                                    parts.Entry(key).Value.Add(old * Scalars.Of(-rate * decay));
                                }
                            },
                        },
                }
            );

    /// <summary>A group moves at multiples of the rate, one for each step; after the last, the last.</summary>
    public static Alteration StepOfGroup(int group, IReadOnlyList<double> factors) =>
        new()
        {
            Parts = parts =>
            {
                var step = 0;
                return Around(
                        (own, _, rate) =>
                        {
                            var factor = factors[Math.Min(step++, factors.Count - 1)];
                            var keys = own.Optimizer.Groups[group].Parameters.Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
                            foreach (var (key, buffer) in own.Optimizer.Buffers.Where(pair => keys.Contains(pair.Key)))
                            {
                                own.Entry(key).Value.Add(buffer * Scalars.Of(rate * (1 - factor)));
                            }
                        }
                    )
                    .Parts(parts);
            },
        };

    /// <summary>Momentum is multiplied by the new rate over the last one before each step.</summary>
    public static Alteration MomentumRescaled() =>
        new()
        {
            Parts = parts =>
            {
                double? last = null;
                return parts with
                {
                    Update = (rate, norms) =>
                    {
                        using var noGrad = no_grad();
                        foreach (var (_, buffer) in parts.Optimizer.Buffers)
                        {
                            buffer.mul_(Scalars.Of(rate / (last ?? rate)));
                        }

                        parts.Update(rate, norms);
                        last = rate;
                    },
                };
            },
        };

    /// <summary>What enters momentum after the first step counts less, as with PyTorch's dampening, weight decay included.</summary>
    public static Alteration Dampening(double dampening = 0.2, double momentum = 0.9) =>
        Around(
            (parts, before, rate) =>
            {
                foreach (var (key, buffer) in parts.Optimizer.Buffers)
                {
                    if (before.TryGetValue(key, out var old))
                    {
                        var less = (buffer - (old * Scalars.Of(momentum))) * Scalars.Of(dampening);
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
