using PPYolo.Align.Explanations;
using PPYolo.Align.Reports;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Harness.Explain;
using PPYolo.Train.Feeds;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Faults;

/// <summary>ppyolo explain on runs of which there is not the same: other numbers of ranks, a trace of one alone.</summary>
public sealed class OtherRanksTests(OtherRanksTests.Runs runs) : IClassFixture<OtherRanksTests.Runs>, IDisposable
{
    // The shortest run in which momentum shows.
    private const int Iterations = 2;

    private static readonly Alteration Momentum = PlantedFaults.Of("momentum 0.85").Training;

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void The_first_run_is_repeated_on_as_many_ranks_as_the_second_and_compared_rank_by_rank(int first, int second)
    {
        var right = runs.Right(first);

        var aligned = Explain(right, runs.Right(second));
        var diverged = Explain(right, Record("wrong", second, Momentum));

        aligned.Aligned.Should().BeTrue(ExplanationText.Format(aligned));
        aligned
            .Notes.Should()
            .ContainSingle()
            .Which.Should()
            .StartWith($"the runs are on {first} and {second} ranks: {right} was repeated on {second}");
        aligned
            .Trace.Differences.Should()
            .Contain(difference => difference.Rank == second - 1 && difference.Key.Phase == TracePhase.Forward);
        aligned.Lacked.Should().NotContain(line => line.Contains("ranks", StringComparison.Ordinal));
        diverged.Causes[0].Id.Should().Be("momentum");
        diverged.Notes.Should().HaveCount(1);
    }

    [Fact]
    public void Where_the_first_run_cannot_be_repeated_the_report_says_what_of_both_was_compared()
    {
        string right = Copy(runs.Right(1)),
            same = Copy(runs.Right(2));
        File.Delete(Path.Combine(right, "case.json"));

        var explanation = Explain(right, same);

        explanation.Aligned.Should().BeTrue(ExplanationText.Format(explanation));
        explanation
            .Trace.Differences.Count(difference => difference.Key.Phase == TracePhase.Data)
            .Should()
            .Be(4 * Iterations, "images, boxes and two levels of targets of all ranks together are compared");
        explanation
            .Lacked.Should()
            .Contain(line =>
                line.Contains(
                    "over all ranks together start, data, buffers, loss, reduction, schedule, momentum, weights, ema, end are compared; "
                        + "forward, backward, gradient, each rank's own or in one run alone, are not",
                    StringComparison.Ordinal
                ) && line.Contains("cannot be repeated without its case.json", StringComparison.Ordinal)
            );

        // The second rank's last batch is the one before.
        var batches = Bench.Plan(2).Batches;
        var other = Explain(right, Record("other", 2, batches: rank => rank == 1 ? new LateBatches(batches(1)) : batches(rank)));

        other.Trace.Frontier!.Key.Should().Be(new TraceKey(TracePhase.Data, "image"));
        other.Trace.Frontier.Iteration.Should().Be(Iterations - 1);
        other.Causes[0].Id.Should().Be("batch-other");
    }

    [Fact]
    public void Batches_of_different_sizes_are_not_compared_and_the_report_says_so()
    {
        var right = Copy(runs.Right(1));
        var same = Record("same", 2, batches: SizesOfEachRank(Bench.Plan(2)));
        File.Delete(Path.Combine(right, "case.json"));
        var explanation = Explain(right, same);

        explanation.Trace.Differences.Should().NotContain(difference => difference.Key.Phase == TracePhase.Data);
        explanation
            .Lacked.Should()
            .Contain(line =>
                line.Contains("batches are not, because", StringComparison.Ordinal)
                && line.Contains("different sizes cannot be stacked", StringComparison.Ordinal)
            );
    }

    [Fact]
    public void A_run_whose_ranks_have_images_of_different_sizes_is_not_repeated_on_one()
    {
        var first = folder.File("sizes");
        var plan = Bench.Plan(2) with { Iterations = Iterations };
        plan = plan with { Batches = SizesOfEachRank(plan) };
        ThreadTeam.Run(2, TestEnvironment.Threads, team => RecordingLoop.Execute(plan, "calm", new(first), team));

        var explanation = Explain(first, runs.Right(1));

        explanation.Notes.Should().BeEmpty();
        explanation.Lacked.Should().Contain(line => line.Contains("different sizes cannot be stacked", StringComparison.Ordinal));
    }

    [Fact]
    public void DropBlock_that_draws_for_each_rank_is_named()
    {
        var explanation = Explain(runs.DropBlock, Record("two", 2, dropBlock: true));

        explanation.Aligned.Should().BeFalse();
        explanation.Causes[0].Id.Should().Be("rank-count", ExplanationText.Format(explanation));
        explanation.Causes[0].Evidence.Should().Contain(line => line.EndsWith("rank by rank", StringComparison.Ordinal));
    }

    [Fact]
    public void A_fault_beside_the_number_of_ranks_is_named_too()
    {
        var explanation = Explain(runs.DropBlock, Record("two", 2, Momentum, dropBlock: true));

        explanation.Causes.Select(cause => cause.Id).Should().Contain("rank-count").And.Contain("momentum");
    }

    [Fact]
    public void A_run_without_a_trace_is_repeated_with_one_where_the_other_has_one()
    {
        var right = Record("right", 1, trace: false);

        var explanation = Explain(right, Record("wrong", 1, Momentum));

        explanation.Causes[0].Id.Should().Be("momentum");
        explanation.Trace.Frontier!.Key.Phase.Should().Be(TracePhase.Momentum);
        explanation.Trace.Differences.Should().Contain(difference => difference.Key.Phase == TracePhase.Forward);
        explanation.Notes.Should().ContainSingle().Which.Should().StartWith($"{right} has no trace: it was repeated with one");
        explanation.Lacked.Should().NotContain(line => line.Contains("has no trace", StringComparison.Ordinal));
    }

    [Fact]
    public void Losses_beside_the_batches_of_ranks_are_averaged_over_images()
    {
        var right = Copy(runs.Right(2));
        var losses = RunRecord.Open(right).ReadLosses().Iterations;
        foreach (var file in Directory.EnumerateFiles(right, "*.json").Concat(Directory.EnumerateFiles(right, "trace*")))
        {
            File.Delete(file);
        }

        Explain(right, right)
            .Losses.Select(loss => loss.First)
            .Zip(losses)
            .Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second.Losses["total_loss"]) < 1e-5 * pair.First);
    }

    public void Dispose() => folder.Dispose();

    private static Explanation Explain(string first, string second) =>
        ExplainScenario.Run(first, second, new() { Threads = TestEnvironment.Threads, Twins = 1 });

    private static Func<int, IBatchSource> SizesOfEachRank(RunPlan plan) =>
        RankBatches.Generated("5", plan.Options with { Sizes = [64, 96] }, SlicedBatches.Even(plan.Options.Batch, 2), perRankSizes: true);

    private string Copy(string record)
    {
        var copy = folder.Folder(Path.GetFileName(record));
        foreach (var file in Directory.EnumerateFiles(record))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    private string Record(
        string name,
        int ranks,
        Alteration? fault = null,
        bool dropBlock = false,
        bool trace = true,
        Func<int, IBatchSource>? batches = null
    ) => Write(folder.File(name), ranks, fault, dropBlock, trace, batches);

    private static string Write(
        string path,
        int ranks,
        Alteration? fault = null,
        bool dropBlock = false,
        bool trace = true,
        Func<int, IBatchSource>? batches = null,
        int twins = 0
    )
    {
        var plan = Bench.Faulty(fault ?? Alteration.None, ranks);
        plan = plan with
        {
            Options = plan.Options with { DropBlock = dropBlock },
            Iterations = Iterations,
            Batches = batches ?? plan.Batches,
        };
        ThreadTeam.Run(
            ranks,
            TestEnvironment.Threads,
            team => RecordingLoop.Execute(plan, "calm", new(path) { Trace = trace ? new() : null, Twins = twins }, team)
        );
        return path;
    }

    private sealed class LateBatches(IBatchSource batches) : IBatchSource
    {
        public Batch At(int iteration) => batches.At(iteration == Iterations - 1 ? 0 : iteration);
    }

    /// <summary>Trainings of which nothing is wrong, with their traces and floors, each made once and only read.</summary>
    public sealed class Runs : IDisposable
    {
        private readonly TemporaryFolder folder = new();
        private readonly Lazy<string> one,
            two,
            dropBlock;

        public Runs()
        {
            one = new(() => Write(folder.File("one"), 1, twins: 1));
            two = new(() => Write(folder.File("two"), 2, twins: 1));
            dropBlock = new(() => Write(folder.File("drop"), 1, dropBlock: true, twins: 1));
        }

        /// <summary>On one rank, which drops blocks.</summary>
        public string DropBlock => dropBlock.Value;

        /// <summary>On one rank, or on two.</summary>
        public string Right(int ranks) => (ranks == 1 ? one : two).Value;

        public void Dispose() => folder.Dispose();
    }
}
