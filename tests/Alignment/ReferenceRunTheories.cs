using System.Runtime.CompilerServices;
using System.Text.Json;
using PPYolo.Align.Reports;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Replay;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Alignment;

/// <summary>Folders that the reference's own program wrote are replayed as they are, on one rank and on two.</summary>
[OwnThreads]
[Collection(Lanes.Second)]
public sealed class ReferenceRunTheories : IDisposable
{
    private const string OneRank = "r18vd-96-calm-31fe8eb",
        TwoRanks = "r18vd-96-calm-two-ranks";

    // Another such folder was replayed within 5.5e-7 and 2.7e-13.
    private const double LossBound = 2e-6,
        MovementBound = 1e-5,
        ElementBound = 1e-11;

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(OneRank)]
    [InlineData(TwoRanks)]
    public void ItsOwnRunIsReplayed(string name)
    {
        using var source = Open(Fixtures.PathOf("reference-runs", name), Own(name));

        Check(source, name, [name]);
    }

    [Fact]
    public void TwoOfItsRanksAreMergedAndReplayedOnOne()
    {
        var merged = folder.File("merged");
        RecordMerge.Merge(Fixtures.PathOf("reference-runs", TwoRanks), merged);
        using var source = Open(merged, Own(TwoRanks));

        source.Files.Ranks.Should().Be(1);
        Check(source, TwoRanks, []);
    }

    [Fact]
    public void ARateThatIsWrongInIteration0AloneTurnsTheReplayRed()
    {
        using var source = Open(Fixtures.PathOf("reference-runs", OneRank), [.. Own(OneRank), "firstRate=scheduled"]);

        var verdict = Replay(source, out _);

        Measured.Write(typeof(ReferenceRunTheories), verdict, [], mustDiverge: true);
        verdict.Failures.First().Name.Should().Be("losses of later iterations");
        verdict.Failures.First().NoiseRatio.Should().BeGreaterThan(100, "a twin shows that rounding does not do that");
        Worst(verdict.Iterations.Take(1)).Should().BeLessThan(LossBound);
        Worst(verdict.Iterations.Skip(1).Take(1)).Should().BeGreaterThan(10 * LossBound);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>An epoch has 5717 images, so that it has half as many iterations of two ranks.</summary>
    private static string[] Own(string name) =>
        name == OneRank ? ["firstRate=full", "iterationsPerEpoch=2858"] : ["firstRate=scheduled", "iterationsPerEpoch=1429"];

    private static ReplaySource Open(string path, string[] settings) =>
        ReplayFolder.OfReference(
            path,
            TrainOptionsFile.Read(
                "ppyolo_r18vd_voc2012",
                ["sizes=[96]", "learningRatePerImage=0.000005", "startFactor=0.5", "dropBlock=false", .. settings]
            ),
            init: StartWeights.Parse("generator:5:calm")
        );

    private static Verdict Replay(ReplaySource source, out RunEnd end)
    {
        var verdict = ReplayScenario.Run(
            source,
            TorchSharp.torch.CPU,
            new RanksOptions { Threads = TestEnvironment.Threads * source.Files.Ranks },
            out var ended,
            write: false
        )!;
        end = ended!;
        return verdict;
    }

    private static double Worst(IEnumerable<IterationComparison> iterations) =>
        iterations.Max(iteration => iteration.Losses.Max(loss => loss.Relative));

    private static void Check(ReplaySource source, string name, object[] arguments, [CallerMemberName] string theory = "")
    {
        var verdict = Replay(source, out var end);

        Measured.Write(typeof(ReferenceRunTheories), verdict, arguments, theory: theory);
        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
        verdict.Iterations.Should().HaveCount(10).And.OnlyContain(iteration => iteration.Losses.Count == 6);
        Worst(verdict.Iterations).Should().BeLessThan(LossBound);
        using var summary = JsonDocument.Parse(File.ReadAllText(Fixtures.PathOf("reference-runs", name, "1__summary.json")));
        var entries = summary
            .RootElement.EnumerateObject()
            .Where(entry => !entry.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .ToList();
        entries.Should().HaveCount(end.Ema.Count(pair => pair.Value.Type == ElementType.Float32));
        entries.Select(entry => Movement(entry, source, end) - Rounding(entry)).Max().Should().BeLessThan(MovementBound);
        entries.Select(entry => Elements(entry, end)).Max().Should().BeLessThan(ElementBound);
    }

    /// <summary>How far the squared distance from the start is from the recorded one, relatively.</summary>
    private static double Movement(JsonProperty entry, ReplaySource source, RunEnd end)
    {
        var from = source.Start[entry.Name].As<float>();
        var to = end.Ema[entry.Name].As<float>();
        double moved = 0;
        for (var i = 0; i < to.Length; i++)
        {
            moved += Math.Pow((double)to[i] - from[i], 2);
        }

        var expected = entry.Value.GetProperty("moved_sumsq").GetDouble();
        return moved == expected ? 0 : Math.Abs(moved - expected) / expected;
    }

    /// <summary>
    /// What rounding to float32 does to the squared distance, relatively: elements are off by three units in the last place of the largest,
    /// in any direction. It exceeds the bound for a third of the entries, norms that hardly moved, and is next to nothing for others.
    /// </summary>
    private static double Rounding(JsonProperty entry)
    {
        var largest = (float)entry.Value.GetProperty("absmax").GetDouble();
        return 3 * (MathF.BitIncrement(largest) - largest) / Math.Sqrt(entry.Value.GetProperty("moved_sumsq").GetDouble());
    }

    /// <summary>The sum of squared differences of the first eight values.</summary>
    private static double Elements(JsonProperty entry, RunEnd end)
    {
        var values = end.Ema[entry.Name].As<float>();
        double sum = 0;
        var i = 0;
        foreach (var expected in entry.Value.GetProperty("first8").EnumerateArray())
        {
            sum += Math.Pow(values[i++] - expected.GetDouble(), 2);
        }

        return sum;
    }
}
