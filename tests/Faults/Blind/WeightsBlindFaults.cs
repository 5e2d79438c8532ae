using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Wrong start weights.</summary>
internal static class WeightsBlindFaults
{
    private const string Block = "backbone.res4.res4b.",
        First = Block + "branch2a.conv.weight",
        Second = Block + "branch2b.conv.weight",
        Stem = "backbone.conv1.conv1_1.conv.weight",
        Norm = "backbone.res5.res5a.branch2a.norm.",
        Bias = "yolo_head.yolo_output_0.bias";

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "kernels rotated by half a turn",
            FaultFamily.Weights,
            ["weights-flipped", PlantedFault.None],
            Plant.Weights(weights => weights[First].copy_(weights[First].flip(2, 3))),
            $"0 start {First}"
        ),
        new(
            "rows and columns of kernels exchanged",
            FaultFamily.Weights,
            "weights-transposed",
            Plant.Weights(weights => weights[Second].copy_(weights[Second].transpose(2, 3).clone())),
            $"0 start {Second}"
        ),
        new(
            "first convolution's weight for BGR",
            FaultFamily.Weights,
            ["weights-permuted", "channel-order"],
            Plant.Weights(weights => weights[Stem].copy_(weights[Stem].flip(1))),
            $"0 start {Stem}"
        ),
        new(
            "a norm's weight and bias exchanged",
            FaultFamily.Weights,
            ["weights-exchanged", PlantedFault.None],
            Plant.Weights(weights => Exchange(weights[Norm + "weight"], weights[Norm + "bias"])),
            $"0 start {Norm}weight"
        ),
        new(
            "running mean and variance exchanged",
            FaultFamily.Weights,
            ["weights-exchanged", PlantedFault.None],
            Plant.Weights(weights => Exchange(weights[Norm + "running_mean"], weights[Norm + "running_var"])),
            $"0 start {Norm}running_mean"
        ),
        new(
            "two layers have each other's weights",
            FaultFamily.Weights,
            ["weights-exchanged", PlantedFault.None],
            Plant.Weights(weights => Exchange(weights[First], weights[Second])),
            $"0 start {First}"
        ),
        new(
            "weights loaded in half precision",
            FaultFamily.Weights,
            ["weights-lower-precision", PlantedFault.None],
            Plant.Weights(weights =>
            {
                foreach (var weight in weights.Values.Where(weight => weight.is_floating_point()))
                {
                    weight.copy_(weight.to(ScalarType.Float16));
                }
            }),
            "0 start *"
        ),
        new(
            "a bias of the head not loaded",
            FaultFamily.Weights,
            "weights-not-loaded",
            Plant.Weights(weights => weights[Bias].zero_()),
            $"0 start {Bias}"
        ),
        new(
            "two layers share one weight",
            FaultFamily.Weights,
            ["shared-weight", "weights-not-loaded"],
            Plant
                .Weights(weights => weights[Second].copy_(weights[First]))
                .And(
                    Plant.Gradients(
                        _ => true,
                        parts =>
                        {
                            parts.Gradient(First).add_(parts.Gradient(Second), Kernels.Operations.Scalars.One);
                            parts.Gradient(Second).copy_(parts.Gradient(First));
                        }
                    )
                ),
            $"0 start {Second}"
        ),
    ];

    private static void Exchange(Tensor first, Tensor second)
    {
        var kept = first.clone();
        first.copy_(second);
        second.copy_(kept);
    }
}
