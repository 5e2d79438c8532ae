using PPYolo.Align;
using PPYolo.Align.Reports;
using PPYolo.Train.Data;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Scenarios.Ranks;
using PPYolo.Train.Scenarios.Reference;
using PPYolo.Train.Scenarios.Self;

namespace PPYolo.Tests.Alignment;

/// <summary>Scenario 3: several ranks with synchronized batch norm and averaged gradients train what one rank trains on the merged batches.</summary>
public sealed class RanksTheories : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ppyolo-ranks-");

    public static TheoryData<string, string> Floors => new()
    {
        { "r18vd-calm", "2,2" },
        { "r50vd-aligngrad-calm", "2,2" },
        { "r50vd-trainable-calm", "2,2" },
    };

    [Theory]
    [MemberData(nameof(Floors))]
    public void RanksEqualOneRankOnTheMergedBatches(string floor, string split)
    {
        var verdict = RanksScenario.Merge(RanksPlans.Plan(floor, split), folder.FullName, new() { Floor = RanksPlans.Floor(floor) });

        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
        verdict.Iterations.Should().HaveCount(10);
    }

    [Theory]
    [InlineData("2,2")]
    [InlineData("1,1,1,1")]
    [InlineData("3,1")]
    public void OneRankSplitOverRanksIsTheSame(string split)
    {
        var verdict = RanksScenario.Split(RanksPlans.Plan("r18vd-calm", split), folder.FullName, new() { Floor = RanksPlans.Floor("r18vd-calm") });

        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
        verdict.Iterations.Should().HaveCount(10);
    }

    [Fact]
    public void TheStoredFloorIsWhatTwinsMeasure()
    {
        NoiseFloor? measured = null;
        RanksScenario.Merge(RanksPlans.Plan("r18vd-calm", "2,2"), folder.FullName, new() { FloorMeasured = floor => measured = floor });
        var stored = RanksPlans.Floor("r18vd-calm");

        measured!.Twins.Should().BeGreaterThanOrEqualTo(4);
        foreach (var (kind, value) in stored.Floors)
        {
            // Another processor rounds otherwise: the order of magnitude is what a stored floor promises.
            measured.Floors[kind].Should().BeInRange(value / 10, value * 10, $"the floor of {kind} is stored in fixtures/floors");
        }
    }

    [Theory]
    [InlineData("r18vd-96-calm", 2)]
    [InlineData("r18vd-96-calm", 4)]
    public void RanksEqualTheReference(string name, int ranks)
    {
        var verdict = ReferenceScenario.Run(Fixtures.Reference(name), new() { Ranks = ranks });

        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
    }

    [Theory]
    [InlineData("ppyolo_r18vd_voc2012", true)]
    [InlineData("ppyolo_r50vd_aligngrad", false)]
    public void ReplayOnTheSameRanksIsBitwiseEqual(string config, bool perRankSizes)
    {
        var plan = SelfTheories.Plan(config);
        var options = plan.Options with { Batch = 4 };
        plan = plan with { Options = options, Batches = RankBatches.Generated("1", options, [2, 2], perRankSizes) };

        var verdict = SelfScenario.Run(plan, "plain", folder.FullName, ranks: 2);

        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
        var mixed = Enumerable.Range(0, 10).Any(iteration => new RecordedBatches(folder.FullName, 0).At(iteration).Size != new RecordedBatches(folder.FullName, 1).At(iteration).Size);
        mixed.Should().Be(perRankSizes);
    }

    [Fact]
    public void BatchesOfTwoRanksMergeToTheReferencesExactly()
    {
        var whole = new RecordedBatches(Fixtures.Reference("r18vd-96-calm"));
        var parts = Path.Combine(Fixtures.Reference("r18vd-96-calm"), "two_ranks");
        for (var iteration = 0; iteration < 10; iteration++)
        {
            var merged = BatchMerge.Merge([new RecordedBatches(parts, 0).At(iteration), new RecordedBatches(parts, 1).At(iteration)]);

            merged.Named.Zip(whole.At(iteration).Named).Should().AllSatisfy(pair => pair.First.Value.BitwiseEquals(pair.Second.Value).Should().BeTrue(pair.First.Key));
        }
    }

    [Fact]
    public void MergingDifferentImageSizesIsRefusedBeforeAnythingIsWritten()
    {
        var plan = SelfTheories.Plan("ppyolo_r18vd_voc2012");
        var options = plan.Options with { Batch = 4 };
        plan = plan with { Options = options, Batches = RankBatches.Generated("1", options, [2, 2], perRankSizes: true), Iterations = 2 };
        string record = Path.Combine(folder.FullName, "ranks"), merged = Path.Combine(folder.FullName, "merged");
        PPYolo.Train.Ranks.RankTeam.Run(2, 2, ranks => RecordedRun.Execute(plan, "plain", record, ".npz", ranks));

        var merging = () => RecordMerge.Merge(record, merged);

        merging.Should().Throw<AlignException>().WithMessage("*cannot be stacked*");
        Directory.Exists(merged).Should().BeFalse();
    }

    public void Dispose() => folder.Delete(recursive: true);
}
