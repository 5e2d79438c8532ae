using System.Diagnostics;
using System.Runtime.CompilerServices;
using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Tests.Faults.Fresh;

namespace PPYolo.Tests.Faults;

/// <summary>
/// Explains every planted fault, those the rules were made on and those planted without sight of them, and counts. PPYOLO_FAULTS=1 does it;
/// PPYOLO_FAULTS=known or blind takes one half, fresh, fresh-open or fresh-held the faults that were planted later, or a half of them. The
/// table is written to score.received.txt.
/// </summary>
public class FaultScoreTests
{
    /// <summary>Of a hundred faults, so many may be called by a wrong name with a confidence of a half or more.</summary>
    private const int WrongOfHundred = 2;

    [Fact]
    public void Faults_are_counted_by_half_and_family_and_by_what_was_said()
    {
        var blind = BlindFaults.All.Where(fault => fault.Family == FaultFamily.Loss).ToList();
        var score = new FaultScore([
            Outcome(PlantedFaults.Of("momentum 0.85"), 0.9, "momentum"),
            Outcome(PlantedFaults.Of("Nesterov momentum"), 0.4, "nesterov"),
            Outcome(blind[0], 0.5, "momentum"),
            Outcome(blind[1], 0.4, "momentum", "loss-scale"),
            Outcome(blind[2], 0),
            Outcome(blind[3], null),
        ]);

        score.Missed.Should().ContainSingle().Which.Fault.Should().Be(blind[3]);
        score.WrongAboveHalf.Should().ContainSingle().Which.Fault.Should().Be(blind[0]);
        var lines = score.ToString().Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        // Faults, detected, placed; named, below a half; none; wrong below and above a half.
        lines.Should().Contain("known Optimizer 2 2 0 1 1 0 0 0");
        lines.Should().Contain("blind Loss 4 3 0 0 0 1 1 1");
        lines.Should().Contain("all 6 5 0 1 1 1 1 1");
    }

    [SkippableFact]
    public void No_fault_is_missed_and_hardly_one_called_by_a_wrong_name()
    {
        var half = Environment.GetEnvironmentVariable("PPYOLO_FAULTS");
        Skip.IfNot(
            half is "1" or "known" or "blind" or "fresh" or "fresh-open" or "fresh-held",
            "PPYOLO_FAULTS=1 explains every fault (half an hour on two cores)"
        );
        var watch = Stopwatch.StartNew();
        IEnumerable<PlantedFault> faults = half switch
        {
            "known" => PlantedFaults.All,
            "blind" => BlindFaults.All,
            "fresh" => FreshFaults.All,
            "fresh-open" => FreshFaults.Open,
            "fresh-held" => FreshFaults.Held,
            _ => PlantedFaults.All.Concat(BlindFaults.All),
        };

        var outcomes = new List<FaultOutcome>();
        var score = new FaultScore(outcomes);
        foreach (var fault in faults)
        {
            outcomes.Add(Bench.Outcome(fault));
            // Again and again, so that what is there of a run that ends early is not lost.
            File.WriteAllText(ReceivedPath(), $"{score}\n{outcomes.Count} faults in {watch.Elapsed:h\\:mm\\:ss}\n");
        }

        score.Missed.Select(outcome => outcome.Fault.Name).Should().BeEmpty("a fault that moves a reduced gradient is no noise");
        (100 * score.WrongAboveHalf.Count())
            .Should()
            .BeLessThanOrEqualTo(
                WrongOfHundred * outcomes.Count,
                string.Join(", ", score.WrongAboveHalf.Select(outcome => outcome.Fault.Name))
            );
    }

    /// <summary>A fault that moves gradients, and what was said of it; null where it was called noise.</summary>
    private static FaultOutcome Outcome(PlantedFault fault, double? confidence, params string[] causes) =>
        new(
            fault,
            new(
                "A",
                "B",
                new([new(0, 0, new(TracePhase.Backward, "nowhere"), confidence is null ? 0 : 1, 1e-6, null)], null),
                [.. causes.Select(id => new Cause(id, id, TracePhase.Loss, confidence!.Value, []))]
            ),
            new(() => 50)
        );

    private static string ReceivedPath([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "score.received.txt");
}
