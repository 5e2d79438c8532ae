using PPYolo.Data.Batches;
using PPYolo.Train.Epochs;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Epochs;

/// <summary>Runs over epochs of very few, very small iterations, in folders that are gone after the test.</summary>
internal sealed class TinyRun : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public string Folder => folder.Path;

    public string FileOf(int epoch) => Path.Combine(Folder, CheckpointStore.FileName(epoch));

    public static TrainOptions Options(int epochs, int iterations) =>
        new()
        {
            Network = ThinNetwork.Name,
            Batch = 2,
            Sizes = [64, 96],
            Epochs = epochs,
            IterationsPerEpoch = iterations,
            LearningRatePerImage = 1e-5,
            StartFactor = 0.5,
        };

    /// <summary>Trains in the folder, from its last checkpoint where there is one.</summary>
    public void Train(
        TrainOptions options,
        int ranks = 1,
        int keep = 0,
        IEpochEvaluation? evaluation = null,
        IEpochObserver[]? observers = null,
        Func<IBatchSource, int, IBatchSource>? change = null
    )
    {
        options = ranks == 1 ? options : options with { Network = ThinNetwork.OfRanks };
        var store = new CheckpointStore(Folder, keep);
        using var from = store.Latest is { } latest ? TrainingState.Read(latest) : null;
        var batches = RankBatches.Generated("1", options, SlicedBatches.Even(options.Batch, ranks), perRankSizes: false);
        var plan = new RunPlan(
            options,
            from?.Raw ?? StartWeights.Parse("generator:1").For(options.ToNetwork()),
            rank => change?.Invoke(batches(rank), rank) ?? batches(rank),
            options.Epochs * options.IterationsPerEpoch,
            "1"
        );
        ThreadTeam.Run(
            ranks,
            2,
            team =>
            {
                EpochLoop.Execute(
                    plan,
                    new()
                    {
                        Checkpoints = store,
                        From = from,
                        Evaluation = evaluation,
                        Observers = observers ?? [],
                    },
                    team
                );
                return 0;
            }
        );
    }

    public void Dispose() => folder.Dispose();
}
