using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Explain.Laws;
using PPYolo.Train.Runtime;

namespace PPYolo.Tests.Unit.Harness.Explain.Laws;

public sealed class ModuleLawTests
{
    private const string Convolution = "backbone.conv1.conv1_1.conv";

    [Theory]
    // Nothing is said of the CPU.
    [InlineData(null, "on", "TF32 is on in the second run")]
    [InlineData("on", "off", "TF32 is off in the second run")]
    [InlineData("on", null, "TF32 is off in the second run")]
    [InlineData(null, null, "TF32 or float16 (11 bits)")]
    [InlineData("on", "on", "TF32 or float16 (11 bits)")]
    [InlineData("convolutions True, products False", "on", "TF32 or float16 (11 bits)")]
    [InlineData("convolutions False, products False", "off", "TF32 or float16 (11 bits)")]
    [InlineData("convolutions True, products False", "off", "TF32 is off in the second run")]
    // Of a card of which nothing is said nothing is known.
    [InlineData("cuda:0", "on", "TF32 or float16 (11 bits)")]
    [InlineData("convolutions True, products False", "cuda:0", "TF32 or float16 (11 bits)")]
    public void Names_tf32_where_environments_differ_in_it(string? first, string? second, string title)
    {
        var frontier = new EntryDifference(0, 0, new(TracePhase.Forward, Convolution), 3e-4, 1e-6, null);

        var cause = new ModuleLaw().Examine(Run(first), Run(second), new([frontier], null)).Should().ContainSingle().Subject.Cause;

        cause.Id.Should().Be("lower-precision");
        cause.Title.Should().Contain(title);
    }

    [Fact]
    public void DropBlock_that_drops_the_same_cells_and_scales_otherwise_has_no_other_random_numbers()
    {
        const string Layer = "neck.dropblock";
        var input = Traced.Numbers(1);
        float[] dropped = [.. input.Select((x, i) => i % 10 == 0 ? 0 : x)],
            elsewhere = [.. input.Select((x, i) => i % 10 == 1 ? 0 : 1.1f * x)];
        ExplainedRun Run(IEnumerable<float> output) =>
            Traced.Run((TracePhase.Forward, "neck.map", input), (TracePhase.Forward, Layer, [.. output]));
        IEnumerable<string> Causes(ExplainedRun first, ExplainedRun second) =>
            new ModuleLaw().Examine(first, second, Traced.Compare(first, second)).Select(finding => finding.Cause.Id);
        var right = Run(dropped.Select(x => 1.1f * x));

        Causes(right, Run(dropped)).Should().Equal("module-scaled");
        Causes(right, Run(elsewhere)).Should().Equal("dropblock-random");
    }

    private static ExplainedRun Run(string? tf32)
    {
        var iteration = new IterationTrace(0);
        iteration.Add(new(new(TracePhase.Start, Convolution + ".weight"), [32, 3, 3, 3], StripedSummary.Of(1)));
        return new("run", [new(0, [iteration])])
        {
            Environment =
                tf32 is null ? new Dictionary<string, string>()
                : tf32 == "cuda:0" ? new() { ["device"] = tf32 }
                : new() { [CardSettings.Tf32Fact] = tf32 },
        };
    }
}
