using PPYolo.Align.Explanations;
using PPYolo.Align.Reports;
using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;

namespace PPYolo.Tests.Unit.Align.Traces;

public class TraceComparisonTests
{
    private static readonly (TracePhase Phase, string Name)[] Order =
    [
        (TracePhase.Data, "image"),
        (TracePhase.Forward, "b"),
        (TracePhase.Forward, "a"),
        (TracePhase.Loss, "total_loss"),
        (TracePhase.Gradient, "a.weight"),
    ];

    [Fact]
    public void The_frontier_is_the_earliest_in_order_of_execution()
    {
        var comparison = Compare(Run(1), Run(1, (1, "a", 1.1), (1, "total_loss", 2), (1, "b", 1.01), (1, "a.weight", 3)));

        comparison.Frontier!.Key.Should().Be(new TraceKey(TracePhase.Forward, "b"));
        comparison.Frontier.Iteration.Should().Be(1);
        comparison.Exceeding.Should().HaveCount(4);
    }

    [Fact]
    public void Noise_is_no_frontier()
    {
        var floor = TraceFloor.Of(Run(1), [Run(1 + 1e-6), Run(1 - 2e-6)]);

        Compare(Run(1), Run(1 + 5e-6), floor).Frontier.Should().BeNull();
        Compare(Run(1), Run(1 + 1e-4), floor).Frontier!.Key.Phase.Should().Be(TracePhase.Data);
        Compare(Run(1), Run(1, (0, "a", 1 + 1e-4)), floor).Frontier!.Units.Should().BeInRange(30, 70);
    }

    [Theory]
    [InlineData(1.05, null)]
    [InlineData(1.2, 1)]
    public void Comparing_is_meaningless_from_where_the_bound_is_as_large_as_the_gradients(double twin, int? from) =>
        TraceFloor.Of(Run(1), [Run(1, (1, "a.weight", twin))]).MeaninglessFrom().Should().Be(from);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_not_finite_differs_however_large_the_noise(double value)
    {
        var floor = TraceFloor.Of(Run(1), [Run(100)]);

        Compare(Run(1), Run(1, (0, "a", value)), floor).Frontier!.Note.Should().Contain("not finite");
    }

    [Fact]
    public void An_entry_that_is_missing_or_new_differs_a_phase_that_was_not_recorded_does_not()
    {
        Compare(Run(1), Run(1, (0, "a", null))).Frontier!.Note.Should().Contain("missing");
        Compare(Run(1, (0, "a", null)), Run(1)).Frontier!.Note.Should().Contain("only in the second");
        Compare(Run(1), Run(1, (0, "a.weight", null))).Frontier.Should().BeNull();
    }

    [Fact]
    public void Runs_on_other_numbers_of_ranks_are_compared_in_what_concerns_all()
    {
        IReadOnlyList<RunTrace> two = [Run(1, (0, "b", 5), (0, "a.weight", 7)), Run(1) with { Rank = 1 }];
        two[0].Iterations[0].Add(new(new(TracePhase.Reduction, "a.weight"), [], StripedSummary.Of(1)));

        var comparison = TraceComparison.Of([Run(1)], two, null);

        comparison
            .Differences.Where(difference => difference.Iteration == 0)
            .Select(difference => difference.Key)
            .Should()
            .Equal(new TraceKey(TracePhase.Loss, "total_loss"), new TraceKey(TracePhase.Reduction, "a.weight"));
        comparison.Frontier.Should().BeNull();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_rank_that_drifts_away_from_the_first_is_no_agreement(int ranks)
    {
        RunTrace[] right = [Run(1), Run(1) with { Rank = 1 }];
        var drifted = right[1] with { Iterations = [right[1].Iterations[0], new(1)] };
        foreach (var entry in right[1].Iterations[1].Entries)
        {
            drifted.Iterations[1].Add(entry.Key.Phase == TracePhase.Loss ? entry with { Summary = StripedSummary.Of(1.5) } : entry);
        }

        TraceComparison.Of(right[..ranks], right, null).Frontier.Should().BeNull();
        var comparison = TraceComparison.Of(right[..ranks], [right[0], drifted], null);

        comparison.Exceeding.Should().ContainSingle();
        (comparison.Frontier!.Iteration, comparison.Frontier.Rank, comparison.Frontier.Key)
            .Should()
            .Be((1, 1, new TraceKey(TracePhase.Loss, "total_loss")));
    }

    [Fact]
    public void Nothing_compared_is_not_aligned() => new Explanation("a", "b", new([], null), []).Aligned.Should().BeFalse();

    [Fact]
    public void Reports_escape_names_and_need_no_network()
    {
        var comparison = Compare(Run(1), Run(1, (0, "a", 2)));
        var explanation = new Explanation("<a>", "b & c", comparison, [new("x", "<script>", TracePhase.Forward, 0.5, ["1 < 2"])])
        {
            Losses = [(0, 1, double.NaN)],
        };

        var page = ExplanationHtml.Format(explanation);

        page.Should()
            .Contain("&lt;a&gt;")
            .And.Contain("b &amp; c")
            .And.Contain("&lt;script&gt;")
            .And.NotContain("<script>")
            .And.NotContain("http");
        ExplanationText.Format(explanation).Should().Contain("DIVERGED: the runs part in iteration 0 at forward a");
        System.Xml.Linq.XElement.Parse(ExplanationJUnit.Format(explanation)).Descendants("failure").Should().ContainSingle();
    }

    private static TraceComparison Compare(RunTrace a, RunTrace b, TraceFloor? floor = null) => TraceComparison.Of([a], [b], floor);

    private static RunTrace Run(double value, params (int Iteration, string Name, double? Value)[] others) =>
        new(
            0,
            [
                .. Enumerable
                    .Range(0, 2)
                    .Select(iteration =>
                    {
                        var trace = new IterationTrace(iteration);
                        foreach (var (phase, name) in Order)
                        {
                            var other = others.Where(other => other.Iteration == iteration && other.Name == name).ToList();
                            if (other.Count == 0 || other[0].Value is not null)
                            {
                                trace.Add(new(new(phase, name), [], StripedSummary.Of(other.Count == 0 ? value : other[0].Value!.Value)));
                            }
                        }

                        return trace;
                    }),
            ]
        );
}
