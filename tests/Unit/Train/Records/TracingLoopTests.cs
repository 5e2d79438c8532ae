using PPYolo.Align.Traces;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Records;

public class TracingLoopTests
{
    private static readonly RunPlan Plan = ToPlan();

    [Fact]
    public void A_run_that_somebody_knows_enough_of_ends_there_with_the_trace_that_it_has()
    {
        var whole = TracingLoop.Execute(Plan, 1, 1)[0];
        var asked = new List<(int Iteration, bool IsTrained)>();

        var part = TracingLoop.Execute(Plan, 1, 1, isEnough: Known)[0];

        asked.Should().Equal((0, false), (0, true), (0, true), (0, true), (0, true), (1, false), (1, false));
        part.Iterations.Should().HaveCount(2);
        part.Iterations[0].Entries.Select(entry => entry.Key).Should().Equal(whole.Iterations[0].Entries.Select(entry => entry.Key));
        part.Iterations[1].Entries[^1].Key.Phase.Should().Be(TracePhase.Loss, "the pass back was never made");
        foreach (var (found, expected) in part.Iterations.Zip(whole.Iterations))
        {
            foreach (var entry in found.Entries)
            {
                entry.Summary.Should().BeEquivalentTo(expected[entry.Key.Phase, entry.Key.Name]!.Summary, entry.Key.ToString());
            }
        }

        bool Known(IterationTrace iteration)
        {
            asked.Add((iteration.Iteration, iteration.Of(TracePhase.Gradient).Any()));
            return iteration.Iteration == 1 && iteration.Of(TracePhase.Loss).Any();
        }
    }

    [Fact]
    public void Ranks_wait_for_each_other_and_end_together()
    {
        var runs = TracingLoop.Execute(Plan, 2, 2, isEnough: _ => throw new InvalidOperationException("nobody is asked"));

        runs.Should().AllSatisfy(run => run.Iterations.Should().HaveCount(Plan.Iterations));
    }

    private static RunPlan ToPlan()
    {
        var options = new TrainOptions
        {
            Network = "r18vd",
            Batch = 2,
            Sizes = [64],
            LearningRatePerImage = 1e-5,
            StartFactor = 0.5,
        };
        var start = StartWeights.Parse("generator:1:calm").For(options.ToNetwork());
        return new(options, start, RankBatches.Generated("1", options, [2], perRankSizes: false), 2, "1");
    }
}
