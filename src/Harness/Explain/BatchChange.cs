using System.Runtime.InteropServices;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Train.Tracing;
using static TorchSharp.torch;

namespace PPYolo.Harness.Explain;

/// <summary>A way in which a batch can be wrong.</summary>
/// <param name="Id">Of the cause.</param>
/// <param name="Title">Of the cause.</param>
/// <param name="Description">Completes "the batch equals the expected one ...".</param>
/// <param name="Apply">Changes a batch.</param>
internal sealed record BatchChange(string Id, string Title, string Description, Func<Batch, Batch> Apply)
{
    private const string Image = "image";

    /// <summary>Data are the same bits, but for a rounding where a change computes.</summary>
    private const double Exact = 1e-5;

    private const int BoxWeight = 4,
        Score = 5;

    /// <summary>What may be wrong with images while the rest is right.</summary>
    public static IReadOnlyList<BatchChange> OfImages { get; } =
    [
        new(
            "channel-order",
            "Images have their channels in reverse: BGR where RGB is expected, or the other way round.",
            "with channels reversed",
            ReverseChannels
        ),
    ];

    /// <summary>What may be wrong with targets while images are right.</summary>
    public static IReadOnlyList<BatchChange> OfTargets { get; } =
    [
        new(
            "score-ignored",
            "The share of a mixed image that an object has is ignored: its score counts as 1.",
            "with every score 1",
            batch => Targets(batch, Score, value => value > 0 ? 1 : 0)
        ),
        new(
            "box-weight-ignored",
            "The weight of small boxes is ignored.",
            "with every box weight 1",
            batch => Targets(batch, BoxWeight, value => value > 0 ? 1 : 0)
        ),
    ];

    /// <summary>The change that makes what was fed in the second run from a batch of the first, or null.</summary>
    /// <param name="first">The run whose batches are known.</param>
    /// <param name="second">The run whose data differs.</param>
    /// <param name="at">Where it does.</param>
    public static BatchChange? Find(ExplainedRun first, ExplainedRun second, EntryDifference at)
    {
        if (first.Batches is null)
        {
            return null;
        }

        var expected = first.Batches(at.Rank).At(at.Iteration);
        return OfImages.Concat(OfTargets).FirstOrDefault(change => change.Apply(expected).Named.All(pair => IsFound(pair.Key, pair.Value)));

        bool IsFound(string name, TensorData candidate)
        {
            using var scope = NewDisposeScope();
            var tensor = candidate.ToTorch();
            var summary = TensorElements.Summary(tensor);
            return second.Ranks[at.Rank].Find(at.Iteration, TracePhase.Data, name) is { } found
                && summary.RelativeDistance(found.Summary) < Exact;
        }
    }

    private static Batch ReverseChannels(Batch batch)
    {
        using var scope = NewDisposeScope();
        var tensors = new NamedTensors();
        foreach (var (name, tensor) in batch.Named)
        {
            tensors.Add(name, name == Image ? tensor.ToTorch().flip(1).ToData() : tensor);
        }

        return new(tensors, batch.Source);
    }

    /// <summary>A batch whose targets have one channel mapped.</summary>
    private static Batch Targets(Batch batch, int channel, Func<float, float> map)
    {
        var tensors = new NamedTensors();
        foreach (var (name, tensor) in batch.Named)
        {
            tensors.Add(name, name.StartsWith("target", StringComparison.Ordinal) ? Map(tensor, channel, map) : tensor);
        }

        return new(tensors, batch.Source);
    }

    private static TensorData Map(TensorData target, int channel, Func<float, float> map)
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
}
