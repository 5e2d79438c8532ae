using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;

namespace PPYolo.Tests.Unit.Train.Capsules;

/// <summary>Generated batches, some of which are changed on the way to a rank.</summary>
internal sealed class ChangedData(Func<Batch, int, int, Batch> change) : TrainingData("1")
{
    private readonly GeneratedData data = new("1", perRankSizes: false);

    public override IReadOnlyList<KeyValuePair<string, string>> Facts => data.Facts;

    public override TrainOptions Fit(TrainOptions options) => options;

    public override Func<int, IBatchSource> Batches(TrainOptions options, IReadOnlyList<int> counts)
    {
        var batches = data.Batches(options, counts);
        return rank => new Source(batches(rank), (batch, iteration) => change(batch, iteration, rank));
    }

    /// <summary>A box of the first image is infinitely wide, for the ignored cells as for the target.</summary>
    public static ChangedData WithInfiniteBox(int at) =>
        new(
            (batch, iteration, _) =>
            {
                if (iteration != at)
                {
                    return batch;
                }

                var tensors = new NamedTensors();
                foreach (var (name, tensor) in batch.Named)
                {
                    var values = tensor.As<float>().ToArray();
                    // The logarithm of its width is infinite too, wherever a cell shall predict it.
                    if (name == "gt_bbox")
                    {
                        values[2] = float.PositiveInfinity;
                    }
                    else if (name != "image")
                    {
                        MakeWide(values, tensor.Shape);
                    }

                    tensors.Add(name, TensorData.Of<float>(values, tensor.Shape.AsSpan()));
                }

                return new(tensors, batch.Source);
            }
        );

    private static void MakeWide(float[] target, System.Collections.Immutable.ImmutableArray<long> shape)
    {
        const int width = 2,
            score = 5;
        var (channels, plane) = ((int)shape[2], (int)(shape[3] * shape[4]));
        for (var anchor = 0; anchor < shape[1]; anchor++)
        {
            for (var cell = 0; cell < plane; cell++)
            {
                if (target[(((anchor * channels) + score) * plane) + cell] > 0)
                {
                    target[(((anchor * channels) + width) * plane) + cell] = float.PositiveInfinity;
                }
            }
        }
    }

    private sealed class Source(IBatchSource batches, Func<Batch, int, Batch> change) : IBatchSource
    {
        public Batch At(int iteration) => change(batches.At(iteration), iteration);
    }
}
