using PPYolo.Align.Explanations;
using Xunit.Abstractions;

namespace PPYolo.Tests.Unit.Harness.Explain;

/// <summary>
/// Bugs planted in the twin in PyTorch, explained from its record and ours. PPYOLO_FAULTS=1 plants all of them (minutes). Without it there
/// are eight, one in each of eight phases. Three of them take a second iteration.
/// </summary>
[Collection(nameof(PythonTwinTests.OurRecord))]
public sealed class PythonFaultTests(PythonTwinTests.OurRecord ours, ITestOutputHelper output)
{
    private const int Placed = 24,
        Named = 21;

    [SkippableTheory]
    [InlineData("weight")]
    [InlineData("order")]
    [InlineData("norm-epsilon")]
    [InlineData("iou")]
    [InlineData("not-cleared")]
    [InlineData("decay")]
    [InlineData("average")]
    [InlineData("average-uncorrected")]
    public void Is_placed_and_named(string name)
    {
        var fault = PythonFault.All.Single(fault => fault.Name == name);

        var explanation = ours.Explain(fault.Name, fault.Iterations);

        IsPlaced(fault, explanation).Should().BeTrue("{0} is expected, and found {1}", fault.Place, explanation.Trace.Frontier);
        Answer(fault, explanation).Should().Be("named", "{0}", explanation.Likeliest);
    }

    [SkippableFact]
    public void Are_seen_placed_and_named()
    {
        Skip.IfNot(Environment.GetEnvironmentVariable("PPYOLO_FAULTS") == "1", "PPYOLO_FAULTS=1 plants every bug (minutes)");
        var answers = PythonFault.All.Select(fault => (Fault: fault, Explanation: ours.Explain(fault.Name, fault.Iterations))).ToList();
        foreach (var (fault, explanation) in answers)
        {
            output.WriteLine(
                $"{fault, -20} {(IsPlaced(fault, explanation) ? "placed" : "ELSEWHERE")} {Answer(fault, explanation), -7} "
                    + $"{explanation.Trace.Frontier?.Iteration} {explanation.Trace.Frontier?.Key} "
                    + $"{explanation.Likeliest?.Id} {explanation.Likeliest?.Confidence:0.00}"
            );
        }

        var named = answers.ConvertAll(answer => Answer(answer.Fault, answer.Explanation));
        output.WriteLine(string.Join(", ", named.GroupBy(answer => answer).Select(same => $"{same.Count()} {same.Key}")));

        answers.Where(answer => answer.Explanation.Aligned).Select(answer => answer.Fault.Name).Should().BeEmpty();
        answers.Count(answer => IsPlaced(answer.Fault, answer.Explanation)).Should().Be(Placed, "docs/port.md says so");
        named.Should().NotContain("wrong");
        named.Count(answer => answer == "named").Should().Be(Named, "docs/port.md says so");
    }

    [Fact]
    public void Are_those_of_the_program()
    {
        var program = File.ReadAllText(Path.Combine(Fixtures.Root, "benchmarks", "Peers", "python", "recorded.py"));

        PythonFault.All.Should().HaveCount(24);
        PythonFault.All.Should().OnlyContain(fault => program.Contains($"\"{fault.Name}\": ", StringComparison.Ordinal));
    }

    private static bool IsPlaced(PythonFault fault, Explanation explanation)
    {
        var (frontier, place) = (explanation.Trace.Frontier, fault.Place.Split(' '));
        return frontier is not null
            && place[0] == $"{frontier.Iteration}"
            && string.Equals(place[1], $"{frontier.Key.Phase}", StringComparison.OrdinalIgnoreCase)
            && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(place[2], frontier.Key.Name);
    }

    /// <summary>What the likeliest cause is; where it is none, that is honest.</summary>
    private static string Answer(PythonFault fault, Explanation explanation) =>
        explanation.Likeliest is not { } likeliest ? "none"
        : fault.Causes.Contains(likeliest.Id) ? "named"
        : likeliest.Confidence > Cause.LeastLikely ? "wrong"
        : "none";
}
