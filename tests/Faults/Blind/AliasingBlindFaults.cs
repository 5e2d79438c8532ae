using System.Runtime.InteropServices;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Memory that is shared, overwritten, or read at the wrong time.</summary>
internal static class AliasingBlindFaults
{
    private const string Gamma = "backbone.res4.res4b.branch2a.norm.weight",
        OtherGamma = "backbone.res4.res4b.branch2b.norm.weight",
        Kernel = "backbone.res5.res5a.branch2b.conv.weight",
        Head = "yolo_head.yolo_output_0.weight";

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "a map overwritten before the backward pass of iteration 2",
            FaultFamily.Aliasing,
            PlantedFault.None,
            Overwritten("neck.yolo_block_0.conv_module.route", 2),
            "2 gradient neck.yolo_transition_0.conv.weight"
        ),
        new(
            "a convolution's result overwritten before its norm's backward pass of iteration 1",
            FaultFamily.Aliasing,
            PlantedFault.None,
            Overwritten("backbone.res5.res5b.branch2a.conv", 1),
            "1 backward backbone.res5.res5b.branch2a.conv"
        ),
        new(
            "a gradient lost in iteration 2",
            FaultFamily.Aliasing,
            "gradient-dropped",
            Plant.Gradients(iteration => iteration == 2, parts => parts.Gradient(Kernel).zero_()),
            $"2 gradient {Kernel}"
        ),
        new(
            "two parameters have each other's gradients",
            FaultFamily.Aliasing,
            PlantedFault.None,
            Plant.Gradients(
                _ => true,
                parts =>
                {
                    var kept = parts.Gradient(Gamma).clone();
                    parts.Gradient(Gamma).copy_(parts.Gradient(OtherGamma));
                    parts.Gradient(OtherGamma).copy_(kept);
                }
            ),
            $"0 gradient {OtherGamma}"
        ),
        new("half a gradient is the last iteration's", FaultFamily.Aliasing, PlantedFault.None, HalfOfTheLast(Head), $"2 gradient {Head}"),
        new(
            "images of iteration 2 are the last iteration's",
            FaultFamily.Aliasing,
            ["batch-other", "batch-order"],
            Plant.Timed(
                (parts, iteration) =>
                {
                    Batch? last = null;
                    return parts with
                    {
                        Feed = batch =>
                        {
                            var fed = iteration() == 2 && last is not null ? Plant.Map(batch, IsImage, _ => last.Images.ToTorch()) : batch;
                            last = batch;
                            return fed;
                        },
                    };
                }
            ),
            "2 data image"
        ),
        new(
            "an image half overwritten by the next",
            FaultFamily.Aliasing,
            [PlantedFault.None, "batch-other"],
            Plant.Timed(
                (parts, iteration) => parts with { Feed = batch => iteration() == 1 ? Plant.Map(batch, IsImage, HalfOverwritten) : batch }
            ),
            "1 data image"
        ),
        new(
            "average left in the weights after iteration 1",
            FaultFamily.Aliasing,
            PlantedFault.None,
            Plant.Timed(
                (parts, iteration) =>
                    parts with
                    {
                        MoveAverage = () =>
                        {
                            parts.MoveAverage();
                            if (iteration() == 1)
                            {
                                using var noGrad = no_grad();
                                foreach (var entry in parts.Entries.Where(entry => !entry.IsBatchCounter))
                                {
                                    entry.Value.copy_(parts.Average.Read(entry));
                                }
                            }
                        },
                    }
            ),
            "2 forward *"
        ),
        new(
            "average is the weights themselves",
            FaultFamily.Aliasing,
            ["ema-is-weights", "ema-decay"],
            Plant.AfterAverage(
                (parts, _, _, _) =>
                {
                    foreach (var (key, average) in parts.Average.Averages)
                    {
                        average.copy_(parts.Entry(key).Value);
                    }
                }
            ),
            "0 ema *"
        ),
    ];

    private static bool IsImage(string name) => name == "image";

    private static Tensor HalfOverwritten(Tensor images)
    {
        var changed = images.clone();
        var rows = images.shape[2] / 2;
        changed[0].narrow(1, rows, rows).copy_(images[1].narrow(1, rows, rows));
        return changed;
    }

    private static Alteration HalfOfTheLast(string key) =>
        new()
        {
            Parts = parts =>
            {
                Tensor? last = null;
                var count = 0;
                return Plant
                    .Gradients(
                        _ => true,
                        own =>
                        {
                            var gradient = own.Gradient(key);
                            var right = gradient.clone().DetachFromDisposeScope();
                            count++;
                            if (last is not null && count == 3)
                            {
                                var half = gradient.shape[0] / 2;
                                gradient.narrow(0, 0, half).copy_(last.narrow(0, 0, half));
                            }

                            last?.Dispose();
                            last = right;
                        }
                    )
                    .Parts(parts);
            },
        };

    /// <summary>
    /// The first half of what a layer handed on is zero when the backward pass reads it. Written as another thread would: libtorch does not
    /// know.
    /// </summary>
    private static Alteration Overwritten(string layer, int iteration) =>
        Plant.Timed(
            (parts, now) =>
            {
                var map = Plant.LastOf(parts.Network.Layer<nn.Module<Tensor, Tensor>>(layer));
                return parts with
                {
                    Backward = (moment, weight) =>
                    {
                        if (now() == iteration)
                        {
                            var values = MemoryMarshal.Cast<byte, float>(map().bytes);
                            values[..(values.Length / 2)].Clear();
                        }

                        parts.Backward(moment, weight);
                    },
                };
            }
        );
}
