using PPYolo.Align.Reports;
using PPYolo.Train.Scenarios.Reference;

namespace PPYolo.Tests.Alignment;

/// <summary>Scenario 1: start from the reference's weights, train on its batches, and be where it was.</summary>
public class ReferenceTheories
{
    /// <summary>What the reference's own variants reach, times this, is as near as anybody can be asked to come.</summary>
    private const double NoiseAllowance = 3;

    /// <summary>Every case in fixtures/reference; the two of full size only when asked for, since they take minutes.</summary>
    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Fixtures.Reference(""))
        .Select(folder => Path.GetFileName(folder))
        .Where(name => !name.Contains("-full", StringComparison.Ordinal) || Environment.GetEnvironmentVariable("PPYOLO_FULL") == "1")
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void TenIterationsEqualTheReference(string name)
    {
        var verdict = TestEnvironment.With(TestEnvironment.Threads, () => ReferenceScenario.Run(Fixtures.Reference(name), new ReferenceOptions()));

        verdict.Aligned.Should().BeTrue("\n" + VerdictText.Format(verdict).Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
        verdict.Iterations.Should().HaveCount(10);
        verdict.Checks.Where(check => check.NoiseRatio > NoiseAllowance).Should().BeEmpty("a correct run is as near as the reference's own variants");
    }
}
