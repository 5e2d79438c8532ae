using PPYolo.Align;
using PPYolo.Align.Reports;
using PPYolo.Data.Batches;
using PPYolo.Harness.RankEquality;
using PPYolo.Harness.Self;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;

namespace PPYolo.Tests.Alignment;

/// <summary>
/// Scenario 3: several ranks with synchronized batch norm and averaged gradients train what one rank trains on the merged batches.
/// </summary>
[OwnThreads]
[Collection(Lanes.First)]
public sealed class RanksTheories : IDisposable
{
    /// <summary>
    /// As many as the command has, for the run on one rank alone, which no golden is of: the ranks before it are two threads as well, and a
    /// quick lane waits for no single thread at its end.
    /// </summary>
    private static readonly int OneRanksThreads = Math.Max(2, TestEnvironment.Threads);

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string> Floors =>
        new()
        {
            { "r18vd-calm", "2,2" },
            { "r50vd-aligngrad-calm", "2,2" },
            { "r50vd-trainable-calm", "2,2" },
        };

    [QuickTheory("r18vd-calm")]
    [Trait("Category", "Golden")]
    [MemberData(nameof(Floors))]
    public async Task RanksEqualOneRankOnTheMergedBatches(string floor, string split)
    {
        var plan = RanksPlans.Plan(floor, split);
        var golden = Golden(floor, plan, $"merged={split}");

        var verdict = TestEnvironment.With(
            OneRanksThreads,
            () =>
                RanksScenario.Merge(
                    plan with
                    {
                        Run = plan.Run with { Observe = golden.Observe },
                    },
                    folder.Path,
                    new() { Floor = RanksPlans.Floor(floor), Threads = TestEnvironment.Threads }
                )
        );

        var measured = Measured.Write(
            typeof(RanksTheories),
            verdict,
            [floor, split],
            RanksPlans.Command(floor, split),
            golden,
            TwoRecords.OfMerge(plan, folder.Path)
        );
        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
        verdict.Iterations.Should().HaveCount(10);
        await golden.Verify(measured, Twin(plan));
    }

    [Theory]
    [Trait("Category", "Golden")]
    [InlineData("2,2")]
    [InlineData("1,1,1,1")]
    [InlineData("3,1")]
    public async Task OneRankSplitOverRanksIsTheSame(string split)
    {
        var plan = RanksPlans.Plan("r18vd-calm", split);
        var golden = Golden("r18vd-calm", plan, $"split={split}");

        var verdict = RanksScenario.Split(
            plan with
            {
                Run = plan.Run with { Observe = golden.Observe },
            },
            folder.Path,
            new() { Floor = RanksPlans.Floor("r18vd-calm"), Threads = TestEnvironment.Threads }
        );

        var measured = Measured.Write(
            typeof(RanksTheories),
            verdict,
            [split],
            RanksPlans.Command("r18vd-calm", split, "split"),
            golden,
            TwoRecords.OfSplit(plan, folder.Path)
        );
        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
        verdict.Iterations.Should().HaveCount(10);
        await golden.Verify(measured, Twin(plan));
    }

    [Fact]
    public void TheStoredFloorIsWhatTwinsMeasure()
    {
        var plan = RanksPlans.Plan("r18vd-calm", "2,2");
        var run = plan.Run with { Batches = _ => plan.Whole };
        var measured = NoiseFloor.Measure(run, IterationLoop.Execute(run), RanksScenario.StandardTwins);
        var stored = RanksPlans.Floor("r18vd-calm");

        measured.Twins.Should().BeGreaterThanOrEqualTo(4);
        foreach (var (kind, value) in stored.Floors)
        {
            // Another processor rounds otherwise: the order of magnitude is what a stored floor promises.
            measured.Floors[kind].Should().BeInRange(value / 10, value * 10, $"the floor of {kind} is stored in fixtures/floors");
        }
    }

    [Theory]
    [Trait("Category", "Golden")]
    [InlineData("r18vd-96-calm", 2)]
    [InlineData("r18vd-96-calm", 4)]
    public async Task RanksEqualTheReference(string name, int ranks)
    {
        var golden = ReferenceTheories.Golden(name, TestEnvironment.Threads, $"ranks={ranks}");

        var verdict = ReferenceTheories.Run(name, golden.Observe, TestEnvironment.Threads, ranks);

        var next = $"ppyolo align reference fixtures/reference/{name} --ranks {ranks}";
        var measured = Measured.Write(typeof(RanksTheories), verdict, [name, ranks], next, golden);
        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
        await golden.Verify(measured, twin => ReferenceTheories.Run(name, twin));
    }

    [Theory]
    [Trait("Category", "Golden")]
    [InlineData("ppyolo_r18vd_voc2012", true)]
    [InlineData("ppyolo_r50vd_aligngrad", false)]
    public async Task ReplayOnTheSameRanksIsBitwiseEqual(string config, bool perRankSizes)
    {
        var plan = SelfTheories.Plan(config);
        var options = plan.Options with { Batch = 4 };
        plan = plan with { Options = options, Batches = RankBatches.Generated("1", options, [2, 2], perRankSizes) };
        var golden = new GoldenTheory(
            nameof(RanksTheories),
            nameof(ReplayOnTheSameRanksIsBitwiseEqual),
            $"config={config}",
            LaterSettings.HashedText(options) + (perRankSizes ? "sizes of each rank" : ""),
            iterations: 1,
            TestEnvironment.Threads
        );

        var verdict = SelfScenario.Run(plan with { Observe = golden.Observe }, "plain", folder.Path, ranks: 2, TestEnvironment.Threads);

        var next = $"ppyolo align self --config {config} --batch 4 --sizes 64,96 --ranks 2{(perRankSizes ? " --per-rank-sizes" : "")}";
        var measured = Measured.Write(
            typeof(RanksTheories),
            verdict,
            [config, perRankSizes],
            next,
            golden,
            TwoRecords.OfReplay(plan, folder.Path, ranks: 2, TestEnvironment.Threads)
        );
        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
        var mixed = Enumerable
            .Range(0, 10)
            .Any(iteration =>
                new RecordedBatches(folder.Path, 0).At(iteration).Size != new RecordedBatches(folder.Path, 1).At(iteration).Size
            );
        mixed.Should().Be(perRankSizes);
        await golden.Verify(
            measured,
            twin =>
                PPYolo.Train.Ranks.ThreadTeam.Run(
                    2,
                    twin.Threads,
                    ranks =>
                        IterationLoop.Execute(
                            plan with
                            {
                                Observe = twin.Observe,
                                Batches = rank => twin.Batches(plan.Batches(rank)),
                                Iterations = golden.Iterations,
                            },
                            ranks
                        )
                )
        );
    }

    [Fact]
    public void BatchesOfTwoRanksMergeToTheReferencesExactly()
    {
        var whole = new RecordedBatches(Fixtures.Reference("r18vd-96-calm"));
        var parts = Path.Combine(Fixtures.Reference("r18vd-96-calm"), "two_ranks");
        for (var iteration = 0; iteration < 10; iteration++)
        {
            var merged = BatchMerge.Merge([new RecordedBatches(parts, 0).At(iteration), new RecordedBatches(parts, 1).At(iteration)]);

            merged
                .Named.Zip(whole.At(iteration).Named)
                .Should()
                .AllSatisfy(pair => pair.First.Value.BitwiseEquals(pair.Second.Value).Should().BeTrue(pair.First.Key));
        }
    }

    [Fact]
    public void MergingDifferentImageSizesIsRefusedBeforeAnythingIsWritten()
    {
        var plan = SelfTheories.Plan("ppyolo_r18vd_voc2012");
        var options = plan.Options with { Batch = 4 };
        plan = plan with { Options = options, Batches = RankBatches.Generated("1", options, [2, 2], perRankSizes: true), Iterations = 2 };
        string record = folder.File("ranks"),
            merged = folder.File("merged");
        PPYolo.Train.Ranks.ThreadTeam.Run(2, 2, ranks => RecordingLoop.Execute(plan, "plain", new(record) { Extension = ".npz" }, ranks));

        var merging = () => RecordMerge.Merge(record, merged);

        merging.Should().Throw<AlignException>().WithMessage("*cannot be stacked*");
        Directory.Exists(merged).Should().BeFalse();
    }

    /// <summary>The golden of a plan, which every way of sharing its batches among ranks must come to.</summary>
    private static GoldenTheory Golden(string floor, RanksPlan plan, string way) =>
        new(
            nameof(RanksTheories),
            nameof(RanksEqualOneRankOnTheMergedBatches),
            $"floor={floor}",
            LaterSettings.HashedText(plan.Run.Options),
            GoldenTheory.Extent(plan.Run.Options.Network, plan.Run.Options.FreezeAt, plan.Run.Iterations),
            TestEnvironment.Threads,
            way
        );

    private static Action<GoldenTwin> Twin(RanksPlan plan) =>
        twin =>
            TestEnvironment.With(
                twin.Threads,
                () => IterationLoop.Execute(plan.Run with { Batches = _ => twin.Batches(plan.Whole), Observe = twin.Observe })
            );

    public void Dispose() => folder.Dispose();
}
