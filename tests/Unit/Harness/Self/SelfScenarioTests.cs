using PPYolo.Align.Reports;
using PPYolo.Align.Verdicts;
using PPYolo.Data.Batches;
using PPYolo.Harness.Faults;
using PPYolo.Harness.Self;
using PPYolo.Kernels.Operations;
using PPYolo.Tests.Unit.Train.Runtime;
using PPYolo.Train.Options;
using PPYolo.Train.Runs;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Harness.Self;

/// <summary>Scenario 2 on a card that does not promise the same bits: the CPU computes, and a stand-in is the driver.</summary>
public sealed class SelfScenarioTests : IDisposable
{
    private const string Faulty = "yolo_head.yolo_output_0.bias";

    private readonly TemporaryFolder folder = new();

    // The run that trains: noise is another in each, and the same whenever the test runs.
    private int runs;

    [Fact]
    public void Noise_is_measured_where_bits_are_not_promised_and_the_verdict_says_so()
    {
        var verdict = Run(NoDeterminism(), parts => Multiply(parts, noise: 1e-5));

        var text = VerdictText.Format(verdict);
        verdict.Aligned.Should().BeTrue(text);
        text.Should()
            .Contain(
                "bits are not asserted, since this card does not promise the same ones (cuDNN's choice of algorithms could not be set)"
            )
            .And.EndWith("ALIGNED: all 7 checks are within their bounds. Judged by the noise of 4 replays, not bit for bit.");
        VerdictJson.Format(verdict).Should().Contain("\"judgment\": \"by the noise of 4 replays, not bit for bit\"");
        verdict.Checks.Single(check => check.Name == "gradients of iteration 0").Noise.Should().BePositive();
        folder
            .Read(Path.Combine("record1", "environment.json"))
            .Should()
            .Contain("\"determinism\": \"not set: cuDNN", "a record of a card says how it was made");
        verdict.Checks.Single(check => check.Name == "weights").Note.Should().Contain("replays differ in");
    }

    [Fact]
    public void A_fault_above_the_noise_is_seen()
    {
        var verdict = Run(
            NoDeterminism(),
            parts => Multiply(parts, noise: 1e-5),
            // Of the run that is recorded, in one tensor, by ten times the noise.
            parts => parts.Entry(Faulty).Value.grad!.mul_(Scalars.Of(1.0001))
        );

        verdict.Failures.First().Should().BeEquivalentTo(new { Name = "gradients of iteration 0", Worst = Faulty });
        VerdictText.Summary(verdict).Should().StartWith("DIVERGED: ").And.EndWith("Judged by the noise of 4 replays, not bit for bit.");
    }

    [Fact]
    public void Where_replays_show_no_noise_a_single_bit_is_seen()
    {
        var verdict = Run(
            NoDeterminism(),
            _ => { },
            parts =>
            {
                using var scope = NewDisposeScope();
                var gradient = parts.Entry(Faulty).Value.grad!;
                gradient.narrow(0, gradient.abs().argmax().item<long>(), 1).mul_(Scalars.Of(1.0000002));
            }
        );

        verdict
            .Failures.First()
            .Should()
            .BeEquivalentTo(
                new
                {
                    Name = "gradients of iteration 0",
                    Worst = Faulty,
                    Bound = 0.0,
                }
            );
    }

    [Fact]
    public void Where_all_is_set_one_replay_is_judged_bit_for_bit()
    {
        var card = CardSettings.Prepare("cuda", false, _ => { }, new StandInDriver());

        VerdictText.Summary(Run(card, _ => { })).Should().Be("ALIGNED: all 6 checks are within their bounds. Judged bit for bit.");
        Run(card, parts => Multiply(parts, noise: 1e-5)).Aligned.Should().BeFalse("noise is no excuse there");
    }

    public void Dispose() => folder.Dispose();

    private static CardSettings NoDeterminism() => CardSettings.Prepare("cuda", false, _ => { }, new StandInDriver { Chooses = false });

    /// <summary>Every element of every gradient, each run by other numbers.</summary>
    private void Multiply(StepParts parts, double noise)
    {
        using var scope = NewDisposeScope();
        var random = new Generator((ulong)runs);
        foreach (var entry in parts.Entries)
        {
            if (entry.Value.grad is { } gradient)
            {
                gradient.mul_(randn(gradient.shape, generator: random).mul_(Scalars.Of(noise)).add_(Scalars.Of(1.0)));
            }
        }
    }

    private Verdict Run(CardSettings card, Action<StepParts> always, Action<StepParts>? recorded = null)
    {
        var options = TrainOptionsFile.Read("ppyolo_r18vd_voc2012", [$"network={ThinNetwork.Name}", "batch=2", "sizes=[64]"]);
        var network = options.ToNetwork();
        var first = runs + 1;
        var plan = new RunPlan(
            options,
            StartWeights.Parse("generator:1:calm").For(network),
            _ => new GeneratedBatches("1", options.Batch, options.Sizes, network),
            2,
            "1"
        )
        {
            Alteration = new()
            {
                Parts = parts =>
                {
                    var change = ++runs == first ? always + recorded : always;
                    return GradientFaults.AfterBackward(change).Parts(parts);
                },
            },
        };
        return SelfScenario.Run(plan, "calm", folder.File($"record{first}"), card: card);
    }
}
