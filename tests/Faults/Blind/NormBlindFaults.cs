using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Wrong norms.</summary>
internal static class NormBlindFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "one norm in evaluation mode",
            FaultFamily.Norm,
            "norm-eval-mode",
            Evaluating(name => name == "neck.yolo_transition_0.batch_norm"),
            "0 forward neck.yolo_transition_0"
        ),
        new(
            "frozen norms in evaluation mode",
            FaultFamily.Norm,
            ["norm-eval-mode", "frozen-norm-eval-mode"],
            Evaluating(name =>
                name.StartsWith("backbone.conv1.", StringComparison.Ordinal) || name.StartsWith("backbone.res2.", StringComparison.Ordinal)
            ),
            "0 forward backbone.conv1.conv1_1"
        ),
        new(
            "statistics without gradient",
            FaultFamily.Norm,
            PlantedFault.None,
            StatisticsDetached("neck.yolo_block_1.tip"),
            "0 backward neck.yolo_block_1.tip.conv"
        ),
        new(
            "momentum of the neck's norms 0.03",
            FaultFamily.Norm,
            "norm-momentum",
            Plant.Layers<BatchNorm>(name => name.StartsWith("neck.", StringComparison.Ordinal), norm => Plant.Set(norm, "Momentum", 0.03)),
            "0 buffers neck.*"
        ),
        new(
            "epsilon of one stage's norms 1e-3",
            FaultFamily.Norm,
            "norm-epsilon",
            Plant.Layers<BatchNorm>(
                name => name.StartsWith("backbone.res3.", StringComparison.Ordinal),
                norm => Plant.Set(norm, "Epsilon", 1e-3)
            ),
            "0 forward backbone.res3.res3a.short.conv"
        ),
        new(
            "one norm sees each image alone",
            FaultFamily.Norm,
            PlantedFault.None,
            Plant.Outputs<ConvNorm>(name => name == "backbone.res4.res4a.branch2a", EachImage),
            "0 forward backbone.res4.res4a.branch2a"
        ),
        new(
            "running statistics moved twice",
            FaultFamily.Norm,
            ["norm-momentum", PlantedFault.None],
            MovedTwice(),
            "0 buffers backbone.conv1.conv1_1.norm.running_mean"
        ),
    ];

    private static Alteration Evaluating(Func<string, bool> which) =>
        new()
        {
            Parts = parts =>
            {
                foreach (var (name, module) in parts.Network.named_modules())
                {
                    if (module is BatchNorm norm && which(name))
                    {
                        norm.eval();
                    }
                }

                return parts;
            },
        };

    /// <summary>A layer's right output, whose gradient takes the batch's mean and variance for constants.</summary>
    private static Alteration StatisticsDetached(string layer) =>
        new()
        {
            Loaded = network =>
            {
                var convolved = Plant.LastOf(network.Layer<SquareConvolution>($"{layer}.conv"));
                var norm = network.Layer<BatchNorm>($"{layer}.batch_norm");
                network
                    .Layer<ConvNorm>(layer)
                    .register_forward_hook((_, _, output) => Plant.Straight(output, WithConstants(convolved(), norm)));
            },
        };

    private static Tensor WithConstants(Tensor map, BatchNorm norm)
    {
        var constant = map.detach();
        var mean = constant.mean([0L, 2L, 3L], keepdim: true);
        var centred = constant - mean;
        var inverse = (centred * centred).mean([0L, 2L, 3L], keepdim: true).Plus(Scalars.Of(norm.Epsilon)).rsqrt();
        return Affine((map - mean) * inverse, norm).leaky_relu_(Scalars.Of(0.1));
    }

    private static Tensor EachImage(ConvNorm layer, Tensor input, Tensor output)
    {
        var conv = (SquareConvolution)Plant.Get(layer, "conv")!;
        var stride = input.shape[2] / output.shape[2];
        var map = nn.functional.conv2d(input, conv.Weight, strides: [stride, stride], padding: [1L, 1L]);
        var centred = map - map.mean([2L, 3L], keepdim: true);
        var norm = (BatchNorm)Plant.Get(layer, "norm")!;
        var inverse = (centred * centred).mean([2L, 3L], keepdim: true).Plus(Scalars.Of(norm.Epsilon)).rsqrt();
        return Affine(centred * inverse, norm).relu_();
    }

    private static Tensor Affine(Tensor map, BatchNorm norm) =>
        (map * ((Tensor)Plant.Get(norm, "weight")!).view(1, -1, 1, 1)).Plus(((Tensor)Plant.Get(norm, "bias")!).view(1, -1, 1, 1));

    /// <summary>As where the forward pass is computed again to save memory: each batch counts twice.</summary>
    private static Alteration MovedTwice() =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Losses = (images, boxes, targets) =>
                    {
                        var running = parts
                            .Entries.Where(entry => entry.Key.Contains("running_", StringComparison.Ordinal))
                            .Select(entry => (entry.Value, Before: entry.Value.clone()))
                            .ToList();
                        var terms = parts.Losses(images, boxes, targets);
                        using var noGrad = no_grad();
                        foreach (var (value, before) in running)
                        {
                            // r + 0.9 (r - before) is what a second step towards the same batch gives.
                            value.Add((value - before) * Scalars.Of(0.9));
                        }

                        return terms;
                    },
                },
        };
}
