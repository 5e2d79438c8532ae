using PPYolo.Align.Reports;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.RankEquality;
using PPYolo.Harness.Reference;
using PPYolo.Train.Options;
using PPYolo.Train.Runs;

namespace PPYolo.Tests.Alignment;

/// <summary>Scenario 1: start from the reference's weights, train on its batches, and be where it was.</summary>
[OwnThreads]
[Collection(Lanes.Second)]
public class ReferenceTheories
{
    /// <summary>What the reference's own variants reach, times this, is as near as anybody can be asked to come.</summary>
    private const double NoiseAllowance = 3;

    /// <summary>Every case in fixtures/reference; the two of full size only when asked for, since they take minutes.</summary>
    public static TheoryData<string> Cases =>
        [
            .. Directory
                .GetDirectories(Fixtures.Reference(""))
                .Select(folder => Path.GetFileName(folder))
                .Where(name => !IsFullSize(name) || Environment.GetEnvironmentVariable("PPYOLO_FULL") == "1")
                .Order(StringComparer.Ordinal),
        ];

    [QuickTheory("r18vd-96-calm")]
    [Trait("Category", "Golden")]
    [MemberData(nameof(Cases))]
    public async Task TenIterationsEqualTheReference(string name)
    {
        var golden = Golden(name, TestEnvironment.Threads);

        var verdict = Run(name, golden.Observe, TestEnvironment.Threads);

        var measured = Measured.Write(
            typeof(ReferenceTheories),
            verdict,
            [name],
            $"ppyolo align reference fixtures/reference/{name}",
            IsFullSize(name) ? null : golden
        );
        verdict
            .Aligned.Should()
            .BeTrue(
                "\n" + VerdictText.Format(verdict).Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)
            );
        verdict.Iterations.Should().HaveCount(10);
        verdict
            .Checks.Where(check => check.NoiseRatio > NoiseAllowance)
            .Should()
            .BeEmpty("a correct run is as near as the reference's own variants");

        // A golden of full size would need an hour of twins for its floors; the smaller cases pin the same code.
        if (!IsFullSize(name))
        {
            await golden.Verify(measured, twin => Run(name, twin));
        }
    }

    /// <summary>The golden of a case, which runs on any number of ranks and threads must come to.</summary>
    internal static GoldenTheory Golden(string name, int threads, string way = "")
    {
        var file = ReferenceCaseFile.Read(Fixtures.Reference(name));
        return new(
            nameof(ReferenceTheories),
            nameof(TenIterationsEqualTheReference),
            $"name={name}",
            LaterSettings.HashedText(file with { Noise = null }),
            file.InitProfile == RanksPlan.CalmProfile
                ? GoldenTheory.Extent(file.Options.Network, file.Options.FreezeAt, file.Iterations)
                : 1,
            threads,
            way
        );
    }

    private static bool IsFullSize(string name) => name.Contains("-full", StringComparison.Ordinal);

    internal static Verdict Run(string name, GoldenTwin twin) =>
        TestEnvironment.With(
            twin.Threads,
            () =>
                ReferenceScenario.Run(
                    Fixtures.Reference(name),
                    new ReferenceOptions
                    {
                        Observe = twin.Observe,
                        Threads = twin.Threads,
                        Batches = twin.Batches,
                    }
                )
        );

    internal static Verdict Run(string name, Action<Trainer> observe, int threads, int ranks = 1) =>
        TestEnvironment.With(
            threads,
            () =>
                ReferenceScenario.Run(
                    Fixtures.Reference(name),
                    new ReferenceOptions
                    {
                        Observe = observe,
                        Threads = threads,
                        Ranks = ranks,
                    }
                )
        );
}
