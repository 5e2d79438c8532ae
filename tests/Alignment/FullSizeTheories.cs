using PPYolo.Data.Batches;
using PPYolo.Harness.Faults;
using PPYolo.Train.Options;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Alignment;

/// <summary>
/// One iteration on images of 416 pixels. The maps of smaller ones have 5x5 cells at most where the neck pools over 5, 9 and 13 cells, and
/// pools of 9 and of 13 are the same there.
/// </summary>
[OwnThreads]
[Collection(Lanes.Second)]
public class FullSizeTheories
{
    private const string Config = "ppyolo_r50vd_voc2012";

    private const int Threads = 2;

    [Theory]
    [Trait("Category", "Golden")]
    [InlineData(Config)]
    public async Task AnIterationIsItsGolden(string config)
    {
        var plan = Plan(config);
        var golden = Golden(plan);

        Run(plan with { Observe = golden.Observe });

        await golden.Verify(
            null,
            twin =>
                TestEnvironment.With(
                    twin.Threads,
                    () => IterationLoop.Execute(plan with { Observe = twin.Observe, Batches = rank => twin.Batches(plan.Batches(rank)) })
                )
        );
    }

    [Fact]
    public void PoolsOf9And13CellsThatAreExchangedAreSeen()
    {
        var plan = Plan(Config);
        var golden = Golden(plan);

        Run(plan with { Observe = golden.Observe, Alteration = WiringFaults.Pools([0, 1, 3, 2]) });

        var comparison = golden.Compare();
        comparison.Aligned.Should().BeFalse();
        comparison.Began.Should().StartWith("iteration 0, forward");
    }

    private static GoldenTheory Golden(RunPlan plan) =>
        new(
            nameof(FullSizeTheories),
            nameof(AnIterationIsItsGolden),
            $"config={Config}",
            LaterSettings.HashedText(plan.Options),
            iterations: 1,
            Threads
        );

    private static void Run(RunPlan plan) => TestEnvironment.With(Threads, () => IterationLoop.Execute(plan));

    private static RunPlan Plan(string config)
    {
        var options = TrainOptionsFile.Read(config, ["batch=2", "sizes=[416]"]);
        var network = options.ToNetwork();
        return new(
            options,
            StartWeights.Parse("generator:1").For(network),
            _ => new GeneratedBatches("1", options.Batch, options.Sizes, network),
            1,
            "1"
        );
    }
}
