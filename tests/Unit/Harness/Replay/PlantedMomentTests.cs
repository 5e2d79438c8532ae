using PPYolo.Align;
using PPYolo.Align.Records;
using PPYolo.Align.Traces;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Explain;
using PPYolo.Tests.Unit.Train.Capsules;
using PPYolo.Train.Feeds;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Unit.Harness.Replay;

/// <summary>Something goes wrong in the middle of a run: its capsule places it, and is trained again bit by bit.</summary>
public class PlantedMomentTests
{
    [Fact]
    public void An_infinite_box_in_iteration_237_is_placed_at_the_batch()
    {
        using var run = new BoxedRun
        {
            Options = BoxedRun.Of(epochs: 25, iterations: 10),
            Kept = 5,
            Data = ChangedData.WithInfiniteBox(237),
        };
        run.BeginAfter(epoch: 23);

        var capsule = run.Invoking(it => it.Train()).Should().Throw<TrainingHaltedException>().Which.Message;

        var folder = run.Capsules().Should().ContainSingle().Subject;
        capsule.Should().Contain("iteration 237").And.EndWith($"; {folder} has the last iterations");
        Path.GetFileName(folder).Should().Be("iteration000237-not-finite");
        var file = CapsuleFile.Read(folder);
        (file.FirstIteration, file.BrokeOff, file.Origin.Kind, file.Origin.Iteration)
            .Should()
            .Be((233, true, CapsuleOriginKind.Checkpoint, 230));
        FirstFailure(CourseScenario.Run(folder)).Should().Match("iteration 237 | data gt_bbox: 1 of its 400 elements is not finite");

        var again = run.Replay(folder);
        again.Aligned.Should().BeTrue("{0}", string.Join("\n", again.Failures));
        again.Checks.Should().HaveCount(6, "five iterations, and their number");
        run.Said.Should().Contain("training iterations 230 to 232 again, which lead to the capsule's");

        // The batches that are made again are right: what was trained on is in the capsule.
        run.Replay(folder, new GeneratedData("1", perRankSizes: false)).Aligned.Should().BeTrue();
        run.Said.Should().Contain(line => line.Contains("not the one that was trained on (gt_bbox, target"));

        var checkpoint = Path.Combine(folder, file.Origin.File);
        File.WriteAllText(checkpoint + ".2", "another");
        File.Move(checkpoint + ".2", checkpoint, overwrite: true);
        run.Invoking(it => it.Replay(folder)).Should().Throw<AlignException>().WithMessage("*checkpoint.pth: expected the checkpoint of*");
        File.Delete(checkpoint);
        run.Invoking(it => it.Replay(folder))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*checkpoint.pth: not found; the capsule is trained again from it, the state of its run before iteration 230*");
    }

    [Fact]
    public void A_rate_ten_times_too_large_is_placed_at_the_border_of_its_epoch()
    {
        BoxedRun? asked = null;
        using var run = asked = new BoxedRun
        {
            Options = BoxedRun.Of(epochs: 3, iterations: 6) with { Gamma = 10, MilestoneEpochs = [2] },
            Kept = 15,
            Observers = [new AskingObserver(() => asked!.Folder, 13)],
        };

        run.Train();

        var capsule = run.Capsules()[^1];
        FirstFailure(CourseScenario.Run(capsule)).Should().MatchRegex(@"^iteration 12 \| schedule rate: 1\d(\.\d)? times its usual size");

        // The twin with one thing changed.
        var twin = Path.Combine(run.Folder, "twin");
        var against = run.Replay(capsule, change: ["gamma=1"], record: twin);
        FirstFailure(against).Should().StartWith("iteration 12 | schedule rate: another by ");
        var explanation = ExplainScenario.Run(twin, capsule, new());
        var frontier = explanation.Trace.Frontier!;
        (frontier.Iteration + CapsuleFile.Read(capsule).FirstIteration, frontier.Key)
            .Should()
            .Be((12, new TraceKey(TracePhase.Schedule, "rate")));
        explanation.Causes[0].Id.Should().StartWith("rate");
    }

    [Theory]
    [InlineData("backbone.res3.res3a.branch2a.conv.weight", "; its norm saw another mean, so it is the output of its convolution")]
    [InlineData("backbone.res3.res3a.branch2a.norm.weight", "")]
    public void A_flipped_bit_of_a_weight_is_placed_at_its_module_by_training_again(string weight, string part)
    {
        BoxedRun? asked = null;
        var key = "";
        using var run = asked = new BoxedRun
        {
            Options = BoxedRun.Of(epochs: 1, iterations: 8),
            Kept = 4,
            Observe = trainer =>
                trainer.Step.Watch(
                    new PhaseWatch(
                        TracePhase.Ema,
                        moment =>
                        {
                            if (moment.Iteration == 4)
                            {
                                key = FlipExponent(trainer.Step, weight);
                            }
                        }
                    )
                ),
            Observers = [new AskingObserver(() => asked!.Folder, 5)],
        };

        run.Train();

        var capsule = run.Capsules()[^1];
        var record = Path.Combine(run.Folder, "again");
        var module = string.Join('.', key.Split('.')[..^2]);
        FirstFailure(run.Replay(capsule, record: record))
            .Should()
            .Match($"iteration 5 | forward {module}: another by * of its norm{part}", "until then every bit is the same");
        var explanation = ExplainScenario.Run(record, capsule, new());
        (explanation.Trace.Frontier!.Iteration + CapsuleFile.Read(capsule).FirstIteration).Should().Be(5);
        explanation.Trace.Frontier.Key.Should().Be(new TraceKey(TracePhase.Forward, module));
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_bad_label_file_is_placed_at_its_boxes_and_named(int ranks)
    {
        NativePixels.OrSkip();
        const int At = 12,
            Iterations = 15;
        using var set = new LabelledScenes(images: 30);
        using var clean = new BoxedRun
        {
            Options = BoxedRun.Of(epochs: 1, Iterations),
            Ranks = ranks,
            Data = set.Open(),
        };
        clean.Train();
        clean.Capsules().Should().BeEmpty("nothing is wrong with its labels");
        var bad = set.ImageAt(clean.Options, At, ranks);
        set.Crowd(bad);
        BoxedRun? asked = null;
        using var run = asked = new BoxedRun
        {
            Options = BoxedRun.Of(epochs: 1, Iterations),
            Ranks = ranks,
            Data = set.Open(),
        };

        run.Train();

        var capsule = run.Capsules().Should().ContainSingle().Subject;
        Path.GetFileName(capsule).Should().Be($"iteration{At:D6}-many-objects");
        var image = $"image * of the batch (*{bad}*) has * objects, where up to * were usual";
        CapsuleFile.Read(capsule).Found.Should().Match(image);
        FirstFailure(CourseScenario.Run(capsule)).Should().Match($"iteration {At} | data gt_bbox*: {image}");
        var again = run.Replay(capsule);
        again.Aligned.Should().BeTrue("{0}", string.Join("\n", again.Failures));
    }

    private static string FirstFailure(Verdict verdict) =>
        verdict.Failures.FirstOrDefault() is { } check ? $"{check.Name} | {check.Worst}" : "nothing failed";

    /// <summary>The lowest bit of an exponent: one of the weights is twice or half of what it was.</summary>
    private static string FlipExponent(TrainStep step, string key)
    {
        var entry = step.Entries.FirstOrDefault(one => one.Key == key) ?? step.Entries.First(one => one.Key.Contains("res3"));
        var bytes = entry.Value.bytes;
        bytes[(4 * 5) + 2] ^= 0x80;
        return entry.Key;
    }
}
