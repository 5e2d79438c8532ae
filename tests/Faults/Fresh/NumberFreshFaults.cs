using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Train.Stepping;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Fresh;

/// <summary>Numbers of too few bits, memory that is shared, and wrong start weights.</summary>
internal static class NumberFreshFaults
{
    private const double Momentum = 0.9;

    /// <summary>2^13 + 1: what is left of 24 bits are the 11 that TF32 has.</summary>
    private const double Split = 8193;

    private const string Stale = "backbone.res5.res5a.branch2a.conv.weight",
        First = "backbone.res4.res4b.branch2a.conv.weight",
        Second = "backbone.res4.res4b.branch2b.conv.weight",
        Tip = "neck.yolo_block_0.tip.conv.weight";

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "losses computed from predictions in half precision",
            FaultFamily.Precision,
            PlantedFault.None,
            LossFreshFaults.Predictions((_, output) => output.to(ScalarType.Float16).to(ScalarType.Float32)),
            "0 loss loss_xy"
        ),
        new(
            "convolutions multiply in TF32",
            FaultFamily.Precision,
            "lower-precision",
            Plant.Outputs<SquareConvolution>(_ => true, (conv, input, output) => conv.SeesCoordinates ? output : InTf32(conv, input)),
            "0 forward backbone.conv1.conv1_1.conv"
        ),
        new(
            "one parameter's gradient not cleared",
            FaultFamily.Aliasing,
            ["gradients-accumulated", PlantedFault.None],
            NotCleared(Stale),
            $"1 gradient {Stale}"
        ),
        new(
            "two parameters share one momentum",
            FaultFamily.Aliasing,
            PlantedFault.None,
            Plant.AfterUpdate(ShareMomentum),
            "0 momentum backbone.res4.res4b.*"
        ),
        new(
            "a kernel read with its axes in another order",
            FaultFamily.Weights,
            ["weights-transposed", PlantedFault.None],
            Plant.Weights(weights => weights[Tip].copy_(weights[Tip].permute(2, 3, 1, 0).reshape(weights[Tip].shape))),
            $"0 start {Tip}"
        ),
        new(
            "running statistics not loaded",
            FaultFamily.Weights,
            ["weights-not-loaded", PlantedFault.None],
            Plant.Weights(weights =>
            {
                foreach (var (key, weight) in weights.Where(pair => pair.Key.Contains("running_", StringComparison.Ordinal)))
                {
                    weight.fill_(Scalars.Of(key.EndsWith("running_var", StringComparison.Ordinal) ? 1 : 0));
                }
            }),
            "0 start backbone.conv1.conv1_1.norm.running_mean"
        ),
    ];

    private static Tensor InTf32(SquareConvolution conv, Tensor input)
    {
        var padding = conv.Weight.shape[2] / 2;
        return nn.functional.conv2d(
            Cut(input),
            Cut(conv.Weight),
            conv.Bias,
            strides: [conv.Stride, conv.Stride],
            padding: [padding, padding]
        );
    }

    private static Tensor Cut(Tensor tensor)
    {
        var large = tensor * Scalars.Of(Split);
        return large - (large - tensor);
    }

    private static Alteration NotCleared(string key) =>
        new()
        {
            Parts = parts =>
            {
                Tensor? last = null;
                return Plant
                    .Gradients(
                        _ => true,
                        own =>
                        {
                            var gradient = own.Gradient(key);
                            if (last is not null)
                            {
                                gradient.Add(last);
                                last.Dispose();
                            }

                            last = gradient.clone().DetachFromDisposeScope();
                        }
                    )
                    .Parts(parts);
            },
        };

    /// <summary>The second parameter's step begins with the momentum that the first one's left.</summary>
    private static void ShareMomentum(StepParts parts, IReadOnlyDictionary<string, Tensor> before, double rate)
    {
        using Scalar step = -rate;
        var buffers = parts.Optimizer.Buffers.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        var entered = before.TryGetValue(Second, out var old) ? buffers[Second] - (old * Scalars.Of(Momentum)) : buffers[Second];
        var shared = (buffers[First] * Scalars.Of(Momentum)).Plus(entered);
        parts.Entry(Second).Value.Add((shared - buffers[Second]) * step);
        buffers[First].copy_(shared);
        buffers[Second].copy_(shared);
    }
}
