using PPYolo.Align.Reports;
using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;

namespace PPYolo.Tests.Unit.Align.Traces;

/// <summary>Runs of which one has recorded less than the other.</summary>
public class GapTests
{
    private static readonly string[] Modules = ["a", "b", "c", "d"];

    [Fact]
    public void Between_modules_that_one_run_lacks_the_place_is_between_two_others()
    {
        var half = Run([0], m => m is "a" or "d", (0, "d", 2)) with
        {
            Modules = new HashSet<string> { "a", "d" },
        };

        var comparison = TraceComparison.Of([Run([0])], [half], null);

        comparison.Frontier!.Key.Name.Should().Be("d");
        comparison.Gap!.Agrees!.Key.Name.Should().Be("a");
        comparison.Gap.Skipped.Should().Be(2);
        comparison.Gap.First!.Value.Name.Should().Be("b");
        comparison.Modules.Should().Be(new ModuleCoverage(2, 4));
        Text(comparison)
            .Should()
            .Contain(
                "part in iteration 0 between forward a, which agrees, and forward d (2 tensors, from forward b on, are in one run alone)"
            )
            .And.Contain("coverage: 2 of 4 modules, 60 % of all tensors");
    }

    [Fact]
    public void Half_of_the_modules_are_no_difference()
    {
        var half = Run([0, 1], m => m is "a" or "d") with
        {
            Modules = new HashSet<string> { "a", "d" },
        };

        TraceComparison.Of([Run([0, 1])], [half], null).Frontier.Should().BeNull();
        TraceComparison.Of([half], [Run([0, 1])], null).Frontier.Should().BeNull();
    }

    [Fact]
    public void Iterations_that_one_run_lacks_are_no_difference()
    {
        var comparison = TraceComparison.Of([Run([0, 1, 2, 3, 4])], [Run([1, 3])], null);

        comparison.Frontier.Should().BeNull();
        comparison.Differences.Select(difference => difference.Iteration).Distinct().Should().Equal(1, 3);
        comparison.NotCompared.Should().ContainSingle().Which.What.Should().Be("iterations 0, 2 and 4 of the first run");
    }

    [Fact]
    public void Behind_iterations_that_nobody_traced_the_place_is_between()
    {
        var comparison = TraceComparison.Of([Run([0, 4])], [Run([0, 4], null, (4, "a", 2))], null);

        comparison.Gap.Should().BeEquivalentTo(new { Skipped = 0, Iterations = 3 });
        Text(comparison, [0, 4])
            .Should()
            .StartWith("compared over iterations 0 and 4, which both runs have traced")
            .And.Contain(
                "DIVERGED over iterations 0 and 4, all that both have traced: the runs part in iteration 4 between weights w of "
                    + "iteration 0, which agrees, and forward a (3 iterations before it were not compared)"
            );
    }

    [Theory]
    [InlineData(new[] { 3 }, "iteration 3")]
    [InlineData(new[] { 2, 0, 1 }, "iterations 0 to 2")]
    [InlineData(new[] { 0, 1, 4, 6, 7 }, "iterations 0, 1, 4, 6 and 7")]
    public void Lists_of_iterations_are_short(int[] iterations, string text) => IterationList.Text(iterations).Should().Be(text);

    private static string Text(TraceComparison comparison, IReadOnlyList<int>? iterations = null) =>
        ExplanationText.Format(new("first", "second", comparison, []) { Iterations = iterations });

    private static RunTrace Run(
        int[] traced,
        Func<string, bool>? watches = null,
        params (int Iteration, string Name, double Value)[] others
    ) =>
        new(
            0,
            [
                .. Enumerable
                    .Range(0, 5)
                    .Select(iteration =>
                    {
                        var trace = new IterationTrace(iteration);
                        foreach (var name in traced.Contains(iteration) ? Modules.Where(watches ?? (_ => true)) : [])
                        {
                            var other = others.Where(other => other.Iteration == iteration && other.Name == name).ToList();
                            trace.Add(new(new(TracePhase.Forward, name), [], StripedSummary.Of(other.Count == 0 ? 1 : other[0].Value)));
                        }

                        if (traced.Contains(iteration))
                        {
                            trace.Add(new(new(TracePhase.Weights, "w"), [], StripedSummary.Of(1)));
                        }

                        return trace;
                    }),
            ]
        );
}
