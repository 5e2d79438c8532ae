using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Train.Epochs;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;

namespace PPYolo.Tests.Unit.Train.Epochs;

public class EpochLoopTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_resumed_run_is_the_uninterrupted_one_bit_by_bit(int ranks)
    {
        using TinyRun whole = new(),
            parts = new();

        whole.Train(TinyRun.Options(epochs: 3, iterations: 2), ranks);
        parts.Train(TinyRun.Options(epochs: 1, iterations: 2), ranks);
        parts.Train(TinyRun.Options(epochs: 3, iterations: 2), ranks);

        File.ReadAllBytes(parts.FileOf(3))
            .AsSpan()
            .SequenceEqual(File.ReadAllBytes(whole.FileOf(3)))
            .Should()
            .BeTrue("weights, momentum, moving average and counters are the same");
        File.ReadAllBytes(whole.FileOf(2))
            .AsSpan()
            .SequenceEqual(File.ReadAllBytes(whole.FileOf(3)))
            .Should()
            .BeFalse("training changes them");
    }

    [Fact]
    public void A_checkpoint_has_the_moving_average_as_its_model_and_the_weights_as_trained_beside_it()
    {
        using var run = new TinyRun();

        run.Train(TinyRun.Options(epochs: 1, iterations: 2));

        using var state = TrainingState.Read(run.FileOf(1));
        (state.Epochs, state.Iteration).Should().Be((1, 2));
        state.Raw.Names.Should().Equal(state.Model.Names);
        state.Raw["backbone.conv1.conv1_1.norm.num_batches_tracked"].As<long>()[0].Should().Be(2);
        state
            .Raw.Where(pair => pair.Value.Type == ElementType.Float32)
            .Should()
            .OnlyContain(pair => !pair.Value.BitwiseEquals(state.Model[pair.Key]), "an average of two differs from the last");
    }

    [Fact]
    public void Evaluations_do_not_change_training_and_the_best_checkpoint_stays()
    {
        using TinyRun plain = new(),
            evaluated = new();
        var scores = new Scores(0.3, 0.5, 0.5, 0.4);

        plain.Train(TinyRun.Options(epochs: 4, iterations: 1));
        evaluated.Train(TinyRun.Options(epochs: 4, iterations: 1), keep: 1, evaluation: scores);

        File.ReadAllBytes(evaluated.FileOf(4)).AsSpan().SequenceEqual(File.ReadAllBytes(plain.FileOf(4))).Should().BeTrue();
        var store = new CheckpointStore(evaluated.Folder);
        (store.Latest, store.Best).Should().Be((evaluated.FileOf(4), evaluated.FileOf(2)));
        store.Scores.Select(score => score.AveragePrecision).Should().Equal(0.3, 0.5, 0.5, 0.4);
        Directory.GetFiles(evaluated.Folder, "epoch*").Order().Should().Equal(evaluated.FileOf(2), evaluated.FileOf(4));
        using var state = TrainingState.Read(plain.FileOf(2));
        scores.Seen[1].Should().Be(TensorDigest.Of(state.Model), "what is evaluated is what the checkpoint has as its model");
    }

    [Fact]
    public void Every_nth_epoch_is_evaluated_and_the_last()
    {
        using var run = new TinyRun();

        run.Train(TinyRun.Options(epochs: 3, iterations: 1) with { EvalInterval = 2 }, keep: 1, evaluation: new Scores(0.1, 0.2));

        new CheckpointStore(run.Folder).Scores.Select(score => score.Epoch).Should().Equal(2, 3);
    }

    [Fact]
    public void An_evaluation_that_did_not_end_is_made_when_the_run_is_resumed()
    {
        using var run = new TinyRun();
        var options = TinyRun.Options(epochs: 2, iterations: 1);

        run.Invoking(it => it.Train(options, evaluation: new Scores())).Should().Throw<InvalidOperationException>();
        run.Train(options, evaluation: new Scores(0.4, 0.2));

        new CheckpointStore(run.Folder).Scores.Select(score => (score.Epoch, score.AveragePrecision)).Should().Equal((1, 0.4), (2, 0.2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_loss_that_is_not_finite_stops_and_leaves_the_last_good_checkpoint(int ranks)
    {
        using var run = new TinyRun();

        var stop = run.Invoking(it =>
                it.Train(
                    TinyRun.Options(epochs: 3, iterations: 2),
                    ranks,
                    change: (batches, rank) => rank == ranks - 1 ? new PoisonedBatches(batches) : batches
                )
            )
            .Should()
            .Throw<Exception>()
            .Which;

        var message = stop is RankFailureException ? stop.Message : stop.Should().BeOfType<TrainingHaltedException>().Which.Message;
        message
            .Should()
            .Contain("iteration 3")
            .And.Contain("generator:1 iteration 3")
            .And.Contain("the batch's 'target0' (float32 ")
            .And.Contain("first at 7: NaN")
            .And.Contain($"the last good checkpoint is {run.FileOf(1)}");
        if (ranks > 1)
        {
            message.Should().Contain("on rank 1");
        }

        Directory.GetFiles(run.Folder, "epoch*").Should().Equal(run.FileOf(1));
        using var state = TrainingState.Read(run.FileOf(1));
        state
            .Raw.Concat(state.Model)
            .Where(pair => pair.Value.Type == ElementType.Float32 && pair.Value.As<float>().ToArray().Any(value => !float.IsFinite(value)))
            .Should()
            .BeEmpty();
    }

    [Fact]
    public void Weights_that_are_not_finite_never_become_a_checkpoint()
    {
        using var run = new TinyRun();

        // The loss of the only iteration is finite; what its step makes of the weights is not.
        run.Invoking(it => it.Train(TinyRun.Options(epochs: 1, iterations: 1) with { LearningRatePerImage = 1e38, StartFactor = 1 }))
            .Should()
            .Throw<TrainingHaltedException>()
            .WithMessage("after iteration 0, epoch 1: weight '*' (*) has * elements that are not finite*; there is no checkpoint yet");

        Directory.GetFiles(run.Folder).Should().BeEmpty();
    }

    [Fact]
    public void A_run_of_other_epochs_is_not_gone_on_with()
    {
        using var run = new TinyRun();
        run.Train(TinyRun.Options(epochs: 1, iterations: 2));

        run.Invoking(it => it.Train(TinyRun.Options(epochs: 2, iterations: 3)))
            .Should()
            .Throw<AlignException>()
            .WithMessage("expected 3 iterations in an epoch, found 2 in 1 epochs*");
    }

    [Fact]
    public void Ranks_wait_for_rank_0_longer_than_for_each_other()
    {
        // Twenty intervals must fit into it on a machine that has other work.
        var timeout = TimeSpan.FromSeconds(3);
        var done = 0;

        ThreadRanks.Run(
            2,
            ranks =>
            {
                RankZeroWork.Run(
                    ranks,
                    "a long work",
                    () =>
                    {
                        Thread.Sleep(2 * timeout);
                        Interlocked.Increment(ref done);
                    },
                    interval: timeout / 20
                );
                return Volatile.Read(ref done).Should().Be(1, "all return when it is done");
            },
            timeout
        );
    }

    private sealed class Scores(params double[] values) : IEpochEvaluation
    {
        private int next;

        public List<string> Seen { get; } = [];

        public EpochScore Evaluate(NamedTensors weights, int epochs)
        {
            Seen.Add(TensorDigest.Of(weights));
            return new(
                epochs,
                next < values.Length ? values[next++] : throw new InvalidOperationException("killed here"),
                new Dictionary<string, double>()
            );
        }
    }
}
