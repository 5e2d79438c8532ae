using PPYolo.Align;
using PPYolo.Align.Records;
using PPYolo.Align.Traces;
using PPYolo.Train.Capsules;
using PPYolo.Train.Ranks;

namespace PPYolo.Tests.Unit.Train.Capsules;

public class BlackBoxTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_run_with_a_black_box_is_the_run_without_it_bit_by_bit(int ranks)
    {
        BoxedRun? asked = null;
        using var plain = new BoxedRun
        {
            Options = BoxedRun.Of(epochs: 2, iterations: 3),
            Ranks = ranks,
            Kept = 0,
        };
        using var boxed = asked = new BoxedRun
        {
            Options = BoxedRun.Of(epochs: 2, iterations: 3),
            Ranks = ranks,
            Kept = 2,
            Observers = [new AskingObserver(() => asked!.Folder, 1)],
        };

        plain.Train();
        boxed.Train();

        File.ReadAllBytes(boxed.EndOf(2)).AsSpan().SequenceEqual(File.ReadAllBytes(plain.EndOf(2))).Should().BeTrue();
        var capsule = boxed.Capsules().Should().ContainSingle("it was asked for once").Subject;
        var file = CapsuleFile.Read(capsule);
        // The observer is told after the box has looked; with ranks, all write at the end of the next iteration.
        var moment = ranks == 1 ? 2 : 3;
        (file.Reason, file.FirstIteration, file.LastIteration).Should().Be((CapsuleReason.Request, moment - 1, moment));
        File.Exists(Path.Combine(boxed.Folder, BlackBox.RequestName)).Should().BeFalse("it was answered");
        TraceFile.Read(capsule, ranks - 1).Iterations.Should().HaveCount(2);
        boxed.Replay(capsule).Aligned.Should().BeTrue();
    }

    [Fact]
    public void Where_a_capsule_cannot_be_written_nothing_is_left_and_training_goes_on()
    {
        BoxedRun? asked = null;
        using var run = asked = new BoxedRun
        {
            Options = BoxedRun.Of(epochs: 1, iterations: 3),
            Observers = [new AskingObserver(() => asked!.Folder, 0)],
            // What comes last cannot be written: when the traces are there already.
            Sources = () => [new(CapsuleOriginKind.Checkpoint, 0, Path.Combine(asked!.Folder, "gone.pth"))],
        };

        run.Train();

        File.Exists(run.EndOf(1)).Should().BeTrue();
        run.Capsules().Should().BeEmpty();
        run.Said.Should().ContainSingle().Which.Should().Match("iteration 1: capsule.request was there; no capsule of it: *gone.pth*");
        File.Exists(Path.Combine(run.Folder, BlackBox.RequestName)).Should().BeFalse();
    }

    [Fact]
    public void Capsules_of_one_moment_have_numbers_and_there_are_no_more_than_twenty()
    {
        using var first = new BoxedRun { Options = BoxedRun.Of(epochs: 1, iterations: 2) };
        var capsules = Directory.CreateDirectory(Path.Combine(first.Folder, BlackBox.FolderName)).FullName;
        File.WriteAllText(Path.Combine(first.Folder, BlackBox.RequestName), "");
        Directory.CreateDirectory(Path.Combine(capsules, "iteration000000-request"));
        Directory.CreateDirectory(Path.Combine(capsules, "iteration000009-signal.tmp"));

        first.Train();

        first
            .Capsules()
            .Select(path => Path.GetFileName(path))
            .Should()
            .Equal(["iteration000000-request", "iteration000000-request-2"], "what was left half written is gone");

        for (var i = first.Capsules().Length; i < BlackBox.Most; i++)
        {
            Directory.CreateDirectory(Path.Combine(capsules, $"iteration1{i}-signal"));
        }

        File.WriteAllText(Path.Combine(first.Folder, BlackBox.RequestName), "");
        first.Said.Clear();
        File.Delete(Path.Combine(first.Folder, "checkpoints.json"));
        first.Train();

        first.Capsules().Should().HaveCount(BlackBox.Most);
        first.Said.Should().ContainSingle().Which.Should().Contain("holds 20 capsules, and has no more; remove those that nobody needs");
    }

    [Fact]
    public void A_rank_that_ends_the_run_leaves_a_capsule_of_all_ranks()
    {
        using var run = new BoxedRun
        {
            Options = BoxedRun.Of(epochs: 2, iterations: 3),
            Ranks = 2,
            Kept = 4,
            Data = new ChangedData(
                (batch, iteration, rank) =>
                    iteration == 5 && rank == 1 ? throw new AlignException("images/a.jpg: cannot be decoded") : batch
            ),
        };

        run.Invoking(it => it.Train()).Should().Throw<RankFailureException>().WithMessage("*images/a.jpg: cannot be decoded*");

        var capsule = run.Capsules().Should().ContainSingle().Subject;
        var file = CapsuleFile.Read(capsule);
        // The last iteration that both ranks have finished: rank 0 may not have when rank 1 fails.
        var last = file.FirstIteration + file.Iterations.Count - 1;
        last.Should().BeInRange(3, 4);
        Path.GetFileName(capsule).Should().Be($"iteration{last:D6}-failure");
        file.Found.Should().Be("images/a.jpg: cannot be decoded");
        // Each keeps its own last four; where rank 0 is one behind, three of them are of both.
        file.Iterations.Should().HaveCountGreaterThanOrEqualTo(last).And.HaveCountLessThanOrEqualTo(4);
        (file.Origin.Kind, file.Origin.Iteration).Should().Be((CapsuleOriginKind.Start, 0));
        file.Iterations[^1].Batches.Select(batch => batch.Rank).Should().Equal(0, 1);
        TraceFile.Read(capsule, 1).Iterations.Should().HaveCount(file.Iterations.Count);
        run.Replay(capsule).Aligned.Should().BeTrue("until then both ranks trained as they do again");
    }

    [Fact]
    public void Weights_that_are_not_finite_at_the_end_of_an_epoch_leave_a_capsule()
    {
        using var run = new BoxedRun
        {
            Options = BoxedRun.Of(epochs: 1, iterations: 1) with { LearningRatePerImage = 1e38, StartFactor = 1 },
        };

        run.Invoking(it => it.Train()).Should().Throw<PPYolo.Train.Runs.TrainingHaltedException>();

        Path.GetFileName(run.Capsules().Should().ContainSingle().Subject).Should().Be("iteration000000-not-finite");
    }
}
