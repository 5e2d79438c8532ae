using PPYolo.Data.Batches;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Networks;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Train.Options;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Fresh;

/// <summary>Wrong targets and images.</summary>
internal static class BatchFreshFaults
{
    private const int BoxWeight = 4;

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "weight of small boxes left out of targets",
            FaultFamily.Targets,
            "box-weight-ignored",
            Plant.Targets(target =>
            {
                var changed = target.clone();
                changed.select(2, BoxWeight).copy_(target.select(2, BoxWeight).gt(Scalars.Of(0)));
                return changed;
            }),
            "0 data target*"
        ),
        new(
            "last object of each image left out",
            FaultFamily.Targets,
            ["targets-other", PlantedFault.None],
            new() { Batches = (right, rank) => new Fewer(right(rank)) },
            "0 data gt_bbox"
        ),
        new(
            "last image of a batch is its first again",
            FaultFamily.Data,
            ["batch-other", PlantedFault.None],
            Train.Stepping.Alteration.OfBatch(batch =>
                Plant.Map(batch, _ => true, all => cat([all.narrow(0, 0, all.shape[0] - 1), all.narrow(0, 0, 1)], 0))
            ),
            "0 data image"
        ),
        new(
            "images cut to whole numbers up to 255",
            FaultFamily.Data,
            [PlantedFault.None, "images-lower-precision"],
            Plant.Images(Cut),
            "0 data image"
        ),
    ];

    private static Tensor Cut(Tensor images)
    {
        Tensor mean = tensor(new[] { 0.485f, 0.456f, 0.406f }).view(1, 3, 1, 1),
            deviation = tensor(new[] { 0.229f, 0.224f, 0.225f }).view(1, 3, 1, 1);
        var pixels = ((images * deviation).Plus(mean) * Scalars.Of(255.0)).clamp(Scalars.Of(0), Scalars.Of(255)).floor();
        return ((pixels / Scalars.Of(255.0)) - mean) / deviation;
    }

    /// <summary>The bench's batches with an object fewer in each image.</summary>
    private sealed class Fewer(IBatchSource right) : IBatchSource
    {
        private static readonly NetworkOptions Network = TrainOptionsFile
            .Read(BenchCase.Small.Configuration, [.. BenchCase.Small.Settings])
            .ToNetwork();

        public Batch At(int iteration)
        {
            var batch = right.At(iteration);
            var objects = GeneratedBatches.Objects($"5/gt/{iteration}", (int)batch.Count, Network.Classes);
            return BatchAssembly.Of(batch.Images, [.. objects.Select(own => own[..^1])], GeneratedBatches.Rows, Network, batch.Source);
        }
    }
}
