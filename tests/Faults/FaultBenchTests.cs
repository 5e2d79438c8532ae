using System.Globalization;
using System.Text;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Faults;
using PPYolo.Train.Records;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults;

/// <summary>
/// Trainings with one fault each must be told from the right one, and the fault must be named, from the two traces alone. PPYOLO_FAULTS=1
/// runs all faults, pairs and clean reruns; otherwise a core of them runs.
/// </summary>
public class FaultBenchTests
{
    private const int LeastRightPairs = 10,
        LeastNamedFirst = 26;

    private static readonly bool Whole = Environment.GetEnvironmentVariable("PPYOLO_FAULTS") == "1";

    private static readonly string[] Core =
    [
        "learning rate one step late",
        "Nesterov momentum",
        "weight decay on the other group",
        "clipping missing",
        "loss summed over images",
        "one rank's gradient missing",
        "EMA before the optimizer",
        "biased running variance",
        "scale_x_y ignored",
        "BGR for RGB",
    ];

    private static readonly (string First, string Second)[] Pairs =
    [
        ("learning rate one step late", "EMA decay constant"),
        ("BGR for RGB", "scale_x_y ignored"),
        ("weight decay missing", "momentum 0.85"),
        ("scale_x_y ignored", "weight decay on the other group"),
        ("norm momentum 0.01", "Nesterov momentum"),
        ("BGR for RGB", "EMA before the optimizer"),
        ("loss scale left in gradients", "clipping missing"),
        ("one rank's gradient missing", "learning rate times ranks"),
        ("norm epsilon 1e-3", "EMA without running statistics"),
        ("anchors of levels swapped", "dampening 0.2"),
        ("weight of the IoU loss 1", "warm-up missing"),
        ("freeze_at ignored", "EMA saved uncorrected"),
        ("biased running variance", "clipping by the joint norm"),
        ("one weight transposed", "learning rate applied twice"),
        ("norm epsilon 1e-3", "scale_x_y ignored"),
    ];

    public static TheoryData<string> CoreFaults => [.. Core];

    public static TheoryData<string, string> TriedPairs
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (first, second) in Pairs.Take(2))
            {
                data.Add(first, second);
            }

            return data;
        }
    }

    public static TheoryData<string, int> CleanReruns
    {
        get
        {
            var data = new TheoryData<string, int>();
            var (twins, threads, ranks) = Whole ? (96, 2, 2) : (3, 1, 1);
            foreach (var (kind, count) in new[] { ("twin", twins), ("threads", threads), ("ranks", ranks) })
            {
                for (var i = 0; i < count; i++)
                {
                    data.Add(kind, i);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(CoreFaults))]
    public void Is_named_first(string name)
    {
        var outcome = Run(PlantedFaults.Of(name));

        outcome.Explanation.Aligned.Should().BeFalse();
        outcome.Place.Should().Be(1, outcome.Row);
        outcome.IsFrontierExact.Should().BeTrue(outcome.Row);
        File.ReadAllText(TablePath()).Should().Contain(outcome.Row, "the table that ppyolo faults prints is made by this bench");
    }

    [Theory]
    [MemberData(nameof(CleanReruns))]
    public void A_clean_rerun_is_not_detected(string kind, int number)
    {
        var plan = Bench.Plan(1);
        IReadOnlyList<RunTrace> rerun = kind switch
        {
            // The floor's twins are others.
            "twin" => TracingLoop.Execute(
                plan with
                {
                    Start = PPYolo.Align.Generation.Perturbation.Of(plan.Start, $"clean{number}"),
                },
                1,
                TestEnvironment.Threads
            ),
            "threads" => TracingLoop.Execute(plan, 1, 1 + number),
            _ => TracingLoop.Execute(Bench.Plan(2 * (number + 1)), 2 * (number + 1), TestEnvironment.Threads),
        };

        var explanation = Explainer.Explain(Bench.Right(1), new ExplainedRun("rerun", rerun), Bench.Floor, null);

        explanation.Aligned.Should().BeTrue($"{explanation.Trace.Frontier}");
        explanation.Causes.Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(TriedPairs))]
    public void Both_of_two_faults_are_named(string first, string second) => Both(first, second).Should().BeTrue();

    [Theory]
    [InlineData(ScalarType.Float16, "float16")]
    [InlineData(ScalarType.BFloat16, "bfloat16")]
    public void An_average_of_few_bits_is_named(ScalarType type, string name)
    {
        var explanation = Bench.Explain(AverageFaults.Rounded(type), 1);

        explanation.Causes.Should().NotBeEmpty($"{explanation.Trace.Frontier}");
        var cause = explanation.Causes[0];
        (cause.Id, cause.IsReproduced).Should().Be(("ema-half-precision", true), string.Join("; ", explanation.Causes));
        cause.Title.Should().Contain($" {name} ");
    }

    /// <summary>Without training anything: whoever plants a fault makes the table anew.</summary>
    [Fact]
    public void The_table_has_a_line_for_each_fault_and_pair_and_counts_them()
    {
        var lines = File.ReadAllLines(TablePath());
        var rows = lines[1..(PlantedFaults.All.Count + 1)];
        var pairs = lines[^(Pairs.Length + 1)..^1];

        lines[0].Should().Be(FaultOutcome.Header);
        rows.Select(row => row[..36].TrimEnd()).Should().Equal(PlantedFaults.All.Select(fault => fault.Name));
        rows.Select(row => row[36..46].TrimEnd()).Should().AllBe("yes", "every fault is detected");
        var places = rows.Select(row => int.Parse(row[46..53], CultureInfo.InvariantCulture)).ToList();
        var named = rows.Select(row => row[53..83].TrimEnd());
        named.Zip(PlantedFaults.All, (id, fault) => id == fault.Cause).Should().Equal(places.Select(place => place == 1));
        places.Count(place => place == 1).Should().BeGreaterThanOrEqualTo(LeastNamedFirst);
        lines.Should().Contain(Counts(rows.Length, places, rows.Count(row => row[83..93].TrimEnd() == "yes")));
        pairs.Select(pair => pair[5..]).Should().Equal(Pairs.Select(pair => $"{pair.First} + {pair.Second}"));
        var both = pairs.Count(pair => pair.StartsWith("yes", StringComparison.Ordinal));
        both.Should().BeGreaterThanOrEqualTo(LeastRightPairs);
        lines[^1].Should().Be($"{both} of {Pairs.Length}");
    }

    /// <summary>All faults and pairs; the table is what ppyolo faults prints.</summary>
    [SkippableFact]
    public Task Confusion_table()
    {
        Skip.IfNot(Whole, "PPYOLO_FAULTS=1 plants every fault and pair (minutes)");
        var outcomes = PlantedFaults.All.Select(Run).ToList();
        var text = new StringBuilder().AppendLine(FaultOutcome.Header);
        outcomes.ForEach(outcome => text.AppendLine(outcome.Row));
        var pairs = Pairs.Select(pair => (pair, Named: Both(pair.First, pair.Second))).ToList();
        text.AppendLine()
            .AppendLine(
                Counts(
                    outcomes.Count(outcome => !outcome.Explanation.Aligned),
                    [.. outcomes.Select(outcome => outcome.Place)],
                    outcomes.Count(outcome => outcome.IsFrontierExact)
                )
            );
        text.AppendLine().AppendLine("two faults at once, both named:");
        pairs.ForEach(pair => text.AppendLine($"{(pair.Named ? "yes" : "no"), -5}{pair.pair.First} + {pair.pair.Second}"));
        text.Append($"{pairs.Count(pair => pair.Named)} of {pairs.Count}");

        outcomes.Should().OnlyContain(outcome => !outcome.Explanation.Aligned);
        outcomes.Count(outcome => outcome.Place == 1).Should().BeGreaterThanOrEqualTo(LeastNamedFirst);
        pairs.Count(pair => pair.Named).Should().BeGreaterThanOrEqualTo(LeastRightPairs);
        return Verify(text.ToString()).UseDirectory("../../src/Harness/Explain").UseFileName("FaultBench");
    }

    private static string Counts(int detected, List<int> places, int exact) =>
        $"{places.Count} faults: {detected} detected, {places.Count(place => place == 1)} named first, "
        + $"{places.Count(place => place is > 0 and <= 3)} among the first three, {exact} frontiers exact";

    private static FaultOutcome Run(PlantedFault fault) => Bench.Outcome(fault);

    private static bool Both(string first, string second)
    {
        var (a, b) = (PlantedFaults.Of(first), PlantedFaults.Of(second));
        var causes = Bench.Explain(a.Training.And(b.Training), Math.Max(a.Ranks, b.Ranks)).Causes.Select(cause => cause.Id).ToList();
        return causes.Contains(a.Cause) && causes.Contains(b.Cause);
    }

    private static string TablePath([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "src", "Harness", "Explain", "FaultBench.verified.txt");
}
