using PPYolo.Tests.Faults.Blind;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Fresh;

/// <summary>Wrong optimizers.</summary>
internal static class OptimizerFreshFaults
{
    private const double Limit = 20;

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "each parameter's gradient clipped by its own norm",
            FaultFamily.Optimizer,
            [PlantedFault.None, "clipping-other"],
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
                                using Scalar share = Math.Min(1, Limit / (entry.Value.grad!.norm().item<float>() + 1e-6));
                                entry.Value.grad!.mul_(share);
                            }

                            parts.Update(rate, null);
                        },
                    },
            },
            "0 momentum *"
        ),
        new(
            "weight decay on the norms of one stage",
            FaultFamily.Optimizer,
            ["weight-decay-all-groups", PlantedFault.None],
            new()
            {
                Groups = groups =>
                {
                    var stage = groups[0].Parameters.ToLookup(entry => entry.Key.StartsWith("backbone.res4.", StringComparison.Ordinal));
                    return
                    [
                        groups[0] with
                        {
                            Parameters = [.. stage[false]],
                        },
                        groups[1] with
                        {
                            Parameters = [.. groups[1].Parameters, .. stage[true]],
                        },
                    ];
                },
            },
            "0 momentum backbone.res4.*"
        ),
        new(
            "step of iteration 2 left out",
            FaultFamily.Optimizer,
            PlantedFault.None,
            Plant.Timed(
                (parts, iteration) =>
                    parts with
                    {
                        Update = (rate, norms) =>
                        {
                            if (iteration() != 2)
                            {
                                parts.Update(rate, norms);
                            }
                        },
                    }
            ),
            "2 momentum *"
        ),
        new(
            "momentum scaled as the rate changes",
            FaultFamily.Optimizer,
            PlantedFault.None,
            new()
            {
                Parts = parts =>
                {
                    double? last = null;
                    return parts with
                    {
                        Update = (rate, norms) =>
                        {
                            using Scalar change = rate / (last ?? rate);
                            foreach (var (_, buffer) in parts.Optimizer.Buffers)
                            {
                                buffer.mul_(change);
                            }

                            parts.Update(rate, norms);
                            last = rate;
                        },
                    };
                },
            },
            "1 momentum *"
        ),
    ];
}
