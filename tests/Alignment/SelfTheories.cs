using PPYolo.Align.Reports;
using PPYolo.Data.Batches;
using PPYolo.Harness.Self;
using PPYolo.Train.Options;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Alignment;

/// <summary>Scenario 2: a run that is replayed from its own record is the same run, bit by bit.</summary>
[OwnThreads]
[Collection(Lanes.First)]
public sealed class SelfTheories : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, int> ConfigsAndThreads
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var config in TrainOptionsFile.Names)
            {
                data.Add(config, 2);
                // What depends on the number of threads is in every network; a small one shows it.
                if (TrainOptionsFile.Read(config, []).Network == "r18vd")
                {
                    data.Add(config, 1);
                }
            }

            return data;
        }
    }

    [Theory]
    [Trait("Category", "Golden")]
    [MemberData(nameof(ConfigsAndThreads))]
    public async Task ReplayIsBitwiseEqual(string config, int threads)
    {
        var plan = Plan(config);
        var golden = new GoldenTheory(
            nameof(SelfTheories),
            nameof(ReplayIsBitwiseEqual),
            $"config={config}",
            LaterSettings.HashedText(plan.Options),
            iterations: 1,
            threads,
            $"threads={threads}"
        );

        var verdict = TestEnvironment.With(
            threads,
            () => SelfScenario.Run(plan with { Observe = golden.Observe }, "plain", folder.Path, threads: threads)
        );

        var measured = Measured.Write(
            typeof(SelfTheories),
            verdict,
            [config, threads],
            $"ppyolo align self --config {config} --batch 2 --sizes 64,96 --threads {threads}",
            golden,
            TwoRecords.OfReplay(plan, folder.Path, ranks: 1, threads),
            threads
        );
        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
        verdict.Iterations.Should().HaveCount(10);
        verdict.Iterations.Select(iteration => iteration.Size).Distinct().Should().HaveCountGreaterThan(1, "sizes are mixed");
        await golden.Verify(
            measured,
            twin =>
                TestEnvironment.With(
                    twin.Threads,
                    () =>
                        IterationLoop.Execute(
                            plan with
                            {
                                Observe = twin.Observe,
                                Batches = rank => twin.Batches(plan.Batches(rank)),
                                Iterations = golden.Iterations,
                            }
                        )
                )
        );
    }

    public void Dispose() => folder.Dispose();

    /// <summary>
    /// The configuration as it is, DropBlock included, but on small images and from plain weights: chaos would show any difference.
    /// </summary>
    internal static RunPlan Plan(string config)
    {
        var options = TrainOptionsFile.Read(config, ["batch=2", "sizes=[64,96]"]);
        var network = options.ToNetwork();
        return new RunPlan(
            options,
            StartWeights.Parse("generator:1").For(network),
            _ => new GeneratedBatches("1", options.Batch, options.Sizes, network),
            10,
            "1"
        );
    }
}
