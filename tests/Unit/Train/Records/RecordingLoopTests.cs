using PPYolo.Align.Records;
using PPYolo.Data.Batches;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Records;

/// <summary>What a run leaves behind that breaks down.</summary>
public sealed class RecordingLoopTests : IDisposable
{
    private static readonly TrainOptions Options = new()
    {
        Network = ThinNetwork.Name,
        Batch = 2,
        Sizes = [64],
        LearningRatePerImage = 1e-5,
        StartFactor = 0.5,
    };

    private readonly TemporaryFolder folder = new();

    private string Record => folder.File("record");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_loss_that_is_not_finite_is_traced_to_its_tensor_and_leaves_no_record(int ranks)
    {
        var stop = FluentActions.Invoking(() => Run(Options, 5, ranks, poisoned: ranks - 1)).Should().Throw<Exception>().Which;

        var message = stop is RankFailureException ? stop.Message : stop.Should().BeOfType<TrainingHaltedException>().Which.Message;
        message
            .Should()
            .Contain("iteration 3: a loss is not finite on batch generator:1 iteration 3")
            .And.Contain("the batch's 'target0' (float32 ")
            .And.Contain("the first at 7: NaN")
            .And.NotContain("learning rate", "the batch is to blame")
            .And.Contain($"{Record} holds the start weights and the batches before that, and is no record");
        if (ranks > 1)
        {
            message.Should().Contain("on rank 1");
        }

        Names()
            .Should()
            .Equal([
                .. Enumerable
                    .Range(0, 3)
                    .SelectMany(iteration => Enumerable.Range(0, ranks).Select(rank => RecordedBatches.FileName(iteration, rank)))
                    .Prepend("000.npz")
                    .Append(RecordFolder.UnfinishedFile),
            ]);
        RunRecord.IsAt(Record).Should().BeFalse();
    }

    [Fact]
    public void Weights_that_are_not_finite_at_the_end_are_not_written()
    {
        // The loss of the only iteration is finite; what its step makes of the weights is not.
        FluentActions
            .Invoking(() => Run(Options with { LearningRatePerImage = 1e38, StartFactor = 1 }, 1, ranks: 1))
            .Should()
            .Throw<TrainingHaltedException>()
            .WithMessage("after iteration 0: weight '*' (*) has * elements that are not finite*lower the learning rate; * is no record*");

        Names().Should().Equal("000.npz", RecordedBatches.FileName(0, 0), RecordFolder.UnfinishedFile);
    }

    [Fact]
    public void Weights_that_are_not_finite_at_the_end_end_all_ranks()
    {
        FluentActions
            .Invoking(() => Run(Options with { LearningRatePerImage = 1e38, StartFactor = 1 }, 1, ranks: 2))
            .Should()
            .Throw<RankFailureException>()
            .WithMessage("*after iteration 0: weight '*' (*) has * elements that are not finite*");

        File.Exists(Path.Combine(Record, "case.json")).Should().BeFalse();
    }

    [Fact]
    public void A_weight_that_is_not_finite_is_named_by_the_iteration_that_meets_it() =>
        FluentActions
            .Invoking(() => Run(Options with { LearningRatePerImage = 1e38, StartFactor = 1 }, 5, ranks: 1))
            .Should()
            .Throw<TrainingHaltedException>()
            .WithMessage(
                "iteration 1: a loss is not finite on batch generator:1 iteration 1*; weight '*' (*) has * elements that are not "
                    + "finite*; lower the learning rate; *"
            );

    public void Dispose() => folder.Dispose();

    private void Run(TrainOptions options, int iterations, int ranks, int poisoned = -1)
    {
        var batches = RankBatches.Generated("1", options, SlicedBatches.Even(options.Batch, ranks), perRankSizes: false);
        var plan = new RunPlan(
            options,
            StartWeights.Parse("generator:1").For(options.ToNetwork()),
            rank => rank == poisoned ? new PoisonedBatches(batches(rank)) : batches(rank),
            iterations,
            "1"
        );
        ThreadTeam.Run(ranks, 2, team => RecordingLoop.Execute(plan, "plain", new(Record) { Extension = ".npz" }, team));
    }

    private List<string> Names() =>
        [.. Directory.EnumerateFiles(Record).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
}
