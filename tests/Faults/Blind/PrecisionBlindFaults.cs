using PPYolo.Model.Layers;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Numbers of too few bits.</summary>
internal static class PrecisionBlindFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "one convolution in half precision",
            FaultFamily.Precision,
            "lower-precision",
            Plant.Output("neck.yolo_transition_0.conv", (_, output) => Half(output)),
            "0 forward neck.yolo_transition_0.conv"
        ),
        new(
            "predictions in half precision",
            FaultFamily.Precision,
            ["lower-precision", PlantedFault.None],
            Plant.Outputs<SquareConvolution>(
                name => name.StartsWith("yolo_head.", StringComparison.Ordinal),
                (_, _, output) => Half(output)
            ),
            "0 forward yolo_head.yolo_output_0"
        ),
        new(
            "weights kept in bfloat16",
            FaultFamily.Precision,
            ["weights-lower-precision", PlantedFault.None],
            Plant.AfterUpdate(
                (parts, _, _) =>
                {
                    foreach (var entry in parts.Optimizer.Groups.SelectMany(group => group.Parameters))
                    {
                        entry.Value.copy_(Brain(entry.Value));
                    }
                }
            ),
            "0 weights *"
        ),
        new(
            "momentum kept in bfloat16",
            FaultFamily.Precision,
            ["momentum-lower-precision", PlantedFault.None],
            Plant.AfterUpdate(
                (parts, _, _) =>
                {
                    foreach (var (_, buffer) in parts.Optimizer.Buffers)
                    {
                        buffer.copy_(Brain(buffer));
                    }
                }
            ),
            "0 momentum *"
        ),
        new(
            "gradients sent in half precision",
            FaultFamily.Precision,
            ["reduction-lower-precision", PlantedFault.None],
            new()
            {
                Parts = parts =>
                    parts with
                    {
                        Reduce = () =>
                        {
                            using (no_grad())
                            {
                                foreach (var entry in parts.Entries.Where(entry => entry.IsTrainable))
                                {
                                    entry.Value.grad!.copy_(Half(entry.Value.grad));
                                }
                            }

                            parts.Reduce();
                        },
                    },
            },
            "0 reduction *",
            2
        ),
        new(
            "images in bfloat16",
            FaultFamily.Precision,
            ["images-lower-precision", PlantedFault.None],
            Plant.Images(Brain),
            "0 data image"
        ),
        new(
            "gradient of one map in half precision",
            FaultFamily.Precision,
            PlantedFault.None,
            Plant.Output("backbone.res5.res5b", (_, output) => Plant.Straight(output, Half(output))),
            "0 backward backbone.res5.res5b.branch2b.conv"
        ),
    ];

    private static Tensor Half(Tensor tensor) => tensor.to(ScalarType.Float16).to(ScalarType.Float32);

    private static Tensor Brain(Tensor tensor) => tensor.to(ScalarType.BFloat16).to(ScalarType.Float32);
}
