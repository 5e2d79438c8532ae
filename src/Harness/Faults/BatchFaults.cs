using System.Runtime.InteropServices;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Kernels.Operations;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Faults;

/// <summary>Wrong batches.</summary>
internal static class BatchFaults
{
    private const int BoxWeight = 4,
        Score = 5;

    /// <summary>Images with their channels in reverse.</summary>
    public static Batch ReverseChannels(Batch batch) => Images(batch, images => images.flip(1));

    /// <summary>Every object's score is 1.</summary>
    public static Batch IgnoreScores(Batch batch) => Targets(batch, Score, value => value > 0 ? 1 : 0);

    /// <summary>Every box's weight is 1.</summary>
    public static Batch IgnoreBoxWeights(Batch batch) => Targets(batch, BoxWeight, value => value > 0 ? 1 : 0);

    /// <summary>Images are normalized with other constants.</summary>
    public static Batch NormalizeOtherwise(Batch batch) =>
        Images(batch, images => (images * tensor(new[] { 1.1f, 0.9f, 1.05f }).view(1, 3, 1, 1)).Plus(tensor(0.2f)));

    /// <summary>Images are mirrored, and what is in them is not.</summary>
    public static Batch FlipImages(Batch batch) => Images(batch, images => images.flip(3));

    /// <summary>Images are upside down, and what is in them is not.</summary>
    public static Batch TurnImages(Batch batch) => Images(batch, images => images.flip(2));

    /// <summary>Ground truth is corners and not centre and size; targets are as they were.</summary>
    public static Batch BoxesAsCorners(Batch batch) =>
        Changed(
            batch,
            (name, values) =>
            {
                if (name != "gt_bbox")
                {
                    return values;
                }

                var (centre, half) = (values.narrow(2, 0, 2), values.narrow(2, 2, 2) * Scalars.Of(0.5));
                return cat([centre - half, centre.Plus(half)], 2);
            }
        );

    /// <summary>Each channel of images is multiplied and added to.</summary>
    public static Batch Normalized(Batch batch, IReadOnlyList<double> scales, IReadOnlyList<double> shifts) =>
        Images(
            batch,
            images =>
                (images * tensor(scales.Select(value => (float)value).ToArray()).view(1, -1, 1, 1)).Plus(
                    tensor(shifts.Select(value => (float)value).ToArray()).view(1, -1, 1, 1)
                )
        );

    /// <summary>Each tensor is changed.</summary>
    public static Batch Changed(Batch batch, Func<string, Tensor, Tensor> change)
    {
        using var scope = NewDisposeScope();
        return Map(batch, (name, tensor) => change(name, tensor.ToTorch()).contiguous().ToData());
    }

    /// <summary>The batches of other iterations.</summary>
    public static Alteration Reordered(Func<int, int> order) =>
        new() { Batches = (right, rank) => new ReorderedBatches(right(rank), order) };

    /// <summary>The images of one iteration are those of another, its boxes and targets its own.</summary>
    public static Alteration ImagesOf(int iteration, int other) =>
        new() { Batches = (right, rank) => new MixedBatches(right(rank), iteration, other) };

    private static Batch Images(Batch batch, Func<Tensor, Tensor> change)
    {
        using var scope = NewDisposeScope();
        return Map(batch, (name, tensor) => name == "image" ? change(tensor.ToTorch()).ToData() : tensor);
    }

    /// <summary>A batch whose targets have one channel mapped.</summary>
    private static Batch Targets(Batch batch, int channel, Func<float, float> map) =>
        Map(batch, (name, tensor) => name.StartsWith("target", StringComparison.Ordinal) ? Target(tensor, channel, map) : tensor);

    private static Batch Map(Batch batch, Func<string, TensorData, TensorData> change)
    {
        var tensors = new NamedTensors();
        foreach (var (name, tensor) in batch.Named)
        {
            tensors.Add(name, change(name, tensor));
        }

        return new(tensors, batch.Source);
    }

    private static TensorData Target(TensorData target, int channel, Func<float, float> map)
    {
        var bytes = target.Bytes.ToArray();
        var values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        var plane = (int)(target.Shape[3] * target.Shape[4]);
        var perAnchor = (int)target.Shape[2] * plane;
        for (var anchor = 0; anchor < target.Shape[0] * target.Shape[1]; anchor++)
        {
            foreach (ref var value in values.Slice((anchor * perAnchor) + (channel * plane), plane))
            {
                value = map(value);
            }
        }

        return new(target.Type, target.Shape.AsSpan(), bytes);
    }

    private sealed class MixedBatches(IBatchSource source, int iteration, int other) : IBatchSource
    {
        public Batch At(int at) =>
            at == iteration ? Map(source.At(at), (name, tensor) => name == "image" ? source.At(other).Images : tensor) : source.At(at);
    }

    private sealed class ReorderedBatches(IBatchSource source, Func<int, int> order) : IBatchSource
    {
        public Batch At(int iteration) => source.At(order(iteration));
    }
}
