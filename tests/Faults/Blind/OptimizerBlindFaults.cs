using PPYolo.Kernels.Operations;
using PPYolo.Train.Stepping;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Wrong optimizers.</summary>
internal static class OptimizerBlindFaults
{
    private const double Momentum = 0.9;
    private const string LeftOut = "neck.yolo_transition_0.conv.weight";

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "weight decay beside the gradient",
            FaultFamily.Optimizer,
            ["weight-decay-decoupled"],
            Undecayed(
                (parts, decay) =>
                    parts with
                    {
                        Update = (rate, norms) =>
                        {
                            using var noGrad = no_grad();
                            using Scalar kept = 1 - (rate * decay());
                            foreach (var entry in parts.Optimizer.Groups[1].Parameters)
                            {
                                entry.Value.mul_(kept);
                            }

                            parts.Update(rate, norms);
                        },
                    }
            ),
            "0 momentum *"
        ),
        new(
            "momentum of steps, not of gradients",
            FaultFamily.Optimizer,
            "momentum-holds-rate",
            Plant.AfterUpdate(
                (parts, before, rate) =>
                {
                    using Scalar step = rate;
                    foreach (var (key, buffer) in parts.Optimizer.Buffers)
                    {
                        var kept = before.TryGetValue(key, out var old) ? old * Scalars.Of(Momentum) : zeros_like(buffer);
                        var moved = kept.Plus((buffer - kept) * step);
                        parts.Entry(key).Value.Add((buffer * step) - moved);
                        buffer.copy_(moved);
                    }
                }
            ),
            "0 momentum *"
        ),
        new(
            "a parameter in no group",
            FaultFamily.Optimizer,
            ["parameter-in-no-group"],
            new()
            {
                Groups = groups =>
                    [.. groups.Select(group => group with { Parameters = [.. group.Parameters.Where(entry => entry.Key != LeftOut)] })],
            },
            "0 momentum *"
        ),
        new(
            "norms and biases at twice the rate",
            FaultFamily.Optimizer,
            "group-rate",
            Plant.AfterUpdate(
                (parts, _, rate) =>
                {
                    using Scalar step = -rate;
                    foreach (var entry in parts.Optimizer.Groups[0].Parameters)
                    {
                        entry.Value.Add(parts.Optimizer.Buffers.Single(pair => pair.Key == entry.Key).Value * step);
                    }
                }
            ),
            "0 weights *"
        ),
        new(
            "gradients clipped value by value",
            FaultFamily.Optimizer,
            [PlantedFault.None, "clipping-missing"],
            new()
            {
                Parts = parts =>
                    parts with
                    {
                        Update = (rate, _) =>
                        {
                            using var noGrad = no_grad();
                            foreach (var entry in parts.Optimizer.Groups.SelectMany(group => group.Parameters))
                            {
                                entry.Value.grad!.clamp_(Scalars.Of(-0.5), Scalars.Of(0.5));
                            }

                            parts.Update(rate, null);
                        },
                    },
            },
            "0 momentum *"
        ),
        new(
            "weight decay clipped with the gradient",
            FaultFamily.Optimizer,
            PlantedFault.None,
            Undecayed(
                (parts, decay) =>
                    parts with
                    {
                        GradientNorms = () =>
                        {
                            using var noGrad = no_grad();
                            foreach (var entry in parts.Optimizer.Groups[1].Parameters)
                            {
                                entry.Value.grad!.Add(entry.Value * Scalars.Of(decay()));
                            }

                            return parts.GradientNorms();
                        },
                    }
            ),
            "0 momentum *"
        ),
        new(
            "weight decay twice",
            FaultFamily.Optimizer,
            "weight-decay-other",
            new() { Recipe = recipe => recipe with { WeightDecay = 2 * recipe.WeightDecay } },
            "0 momentum *"
        ),
        new(
            "momentum lost before iteration 2",
            FaultFamily.Optimizer,
            PlantedFault.None,
            Plant.Timed(
                (parts, iteration) =>
                    parts with
                    {
                        Update = (rate, norms) =>
                        {
                            if (iteration() == 2)
                            {
                                using var noGrad = no_grad();
                                foreach (var (_, buffer) in parts.Optimizer.Buffers)
                                {
                                    buffer.zero_();
                                }
                            }

                            parts.Update(rate, norms);
                        },
                    }
            ),
            "2 momentum *"
        ),
        new(
            "step at the last iteration's rate",
            FaultFamily.Optimizer,
            "rate-applied",
            new()
            {
                Parts = parts =>
                {
                    double? last = null;
                    return parts with
                    {
                        Update = (rate, norms) =>
                        {
                            parts.Update(last ?? rate, norms);
                            last = rate;
                        },
                    };
                },
            },
            "1 weights *"
        ),
        new(
            "step along the gradient, not the momentum",
            FaultFamily.Optimizer,
            ["weight-step", PlantedFault.None],
            Plant.AfterUpdate(
                (parts, before, rate) =>
                {
                    using Scalar step = rate;
                    foreach (var (key, buffer) in parts.Optimizer.Buffers)
                    {
                        if (before.TryGetValue(key, out var old))
                        {
                            parts.Entry(key).Value.Add(old * Scalars.Of(Momentum) * step);
                        }
                    }
                }
            ),
            "1 weights *"
        ),
    ];

    /// <summary>Parts whose optimizer does not decay, and what its decay should have been.</summary>
    private static Alteration Undecayed(Func<StepParts, Func<double>, StepParts> change)
    {
        var decay = 0.0;
        return new()
        {
            Groups = groups =>
            {
                decay = groups[1].WeightDecay;
                return [groups[0], groups[1] with { WeightDecay = 0 }];
            },
            Parts = parts => change(parts, () => decay),
        };
    }
}
