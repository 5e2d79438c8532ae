using PPYolo.Align;
using PPYolo.Align.Matching;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;

namespace PPYolo.Tests.Unit.Align.Matching;

public sealed class NameMapTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(TracePhase.Weights, "stem.conv.weight", "a.weight")]
    [InlineData(TracePhase.Momentum, "stem.conv.weight.exp_avg", "a.weight.exp_avg")]
    [InlineData(TracePhase.Forward, "body.one#2", "trunk.first#2")]
    [InlineData(TracePhase.Forward, "body.one[0]", "trunk.first[0]")]
    [InlineData(TracePhase.Weights, "body.one.norm.gamma", "trunk.first.norm.weight")]
    [InlineData(TracePhase.Weights, "body.two.norm.gamma", "trunk.two.norm.weight")]
    [InlineData(TracePhase.Weights, "bodyguard.gamma", "bodyguard.weight")]
    [InlineData(TracePhase.Data, "x", "image")]
    [InlineData(TracePhase.Forward, "x", "x")]
    public void The_whole_name_decides_alone_or_else_the_longest_prefix_and_then_a_pattern(
        TracePhase phase,
        string name,
        string expected
    ) =>
        Map(
                """
                { "from": "stem.conv.weight", "to": "a.weight" }, { "prefix": "body", "to": "trunk" },
                { "prefix": "body.one.", "to": "trunk.first" }, { "pattern": "*.gamma", "to": "*.weight" },
                { "from": "x", "to": "image", "phase": "data" }
                """
            )
            .Of(new(phase, name))
            .Name.Should()
            .Be(expected);

    [Theory]
    [InlineData("""{ "to": "a" }""", "rule 1: expected one of from, prefix and pattern, found none")]
    [InlineData("""{ "from": "a", "prefix": "b", "to": "a" }""", "rule 1: expected one of from, prefix and pattern, found 2")]
    [InlineData("""{ "pattern": "*.a.*", "to": "*" }""", "rule 1: expected as many * in to as in pattern, 2, found 1")]
    [InlineData("""{ "from": "a", "to": "b", "layout": "HWC" }""", "rule 1: expected NHWC in layout, found 'HWC'")]
    [InlineData("""{ "from": "a", "to": "b", "transposed": true }""", "unknown key 'rules.transposed'; did you mean 'transpose'?")]
    [InlineData("""{ "from": "a" }""", "'to' is missing")]
    public void A_rule_that_is_none_is_refused(string rules, string message) =>
        FluentActions.Invoking(() => Map(rules)).Should().Throw<AlignException>().WithMessage($"*{message}*");

    [Fact]
    public void Each_rule_that_is_of_no_use_has_a_line()
    {
        var map = Map(
            """
            { "from": "weigth", "to": "w" }, { "prefix": "conv", "to": "convolution" }, { "from": "weight", "to": "w", "layout": "NHWC" }
            """
        );
        map.Apply(Run((TracePhase.Weights, "weight", [4]), (TracePhase.Weights, "conv.bias", [4])), null);

        map.Invoking(all => all.Require(Names("weight", "conv.bias"), Names("w", "conv.bias")))
            .Should()
            .Throw<AlignException>()
            .Which.Message.Split('\n')
            .Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..])
            .Should()
            .Equal(
                "rule 1 (from 'weigth') fits no name of the second run; did you mean 'weight'?",
                "rule 2 turns 'conv.bias' into 'convolution.bias', and the first has no such name",
                "rule 3 (from 'weight') is to move channels, and no output that it fits has four dimensions"
            );
    }

    [Fact]
    public void Two_names_that_become_one_are_refused() =>
        Map("""{ "from": "a", "to": "b" }""")
            .Invoking(map => map.Apply(Run((TracePhase.Weights, "a", [4]), (TracePhase.Weights, "b", [4])), null))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*'a' and 'b' (weights) both become 'b'*");

    [Fact]
    public void Whole_tensors_are_transposed_and_of_others_norm_and_mean_are_compared()
    {
        float[] rows = [1, 2, 3, 4, 5, 6],
            columns = [1, 4, 2, 5, 3, 6];
        var map = Map("""{ "prefix": "", "to": "", "transpose": true, "layout": "NHWC" }""");
        var trace = new IterationTrace(0);
        trace.Add(new(new(TracePhase.Weights, "whole"), [2, 3], StripedSummary.Of(rows)) { Full = TensorData.Of<float>(rows, 2, 3) });
        trace.Add(new(new(TracePhase.Weights, "sketch"), [2, 3], StripedSummary.Of(rows)));
        trace.Add(
            new(new(TracePhase.Forward, "output"), [1, 1, 3, 2], StripedSummary.Of(columns))
            {
                Full = TensorData.Of<float>(columns, 1, 1, 3, 2),
            }
        );
        trace.Add(new(new(TracePhase.Weights, "row"), [1, 6], StripedSummary.Of(rows)));

        var renamed = map.Apply(new RunTrace(0, [trace]), null).Iterations[0];

        var transposed = StripedSummary.Of(columns);
        renamed[TracePhase.Weights, "whole"]!.Shape.Should().Equal(3, 2);
        renamed[TracePhase.Weights, "whole"]!.Summary.Sums.Should().Equal(transposed.Sums);
        renamed[TracePhase.Forward, "output"]!.Shape.Should().Equal(1, 2, 1, 3);
        renamed[TracePhase.Forward, "output"]!.Summary.Sums.Should().Equal(StripedSummary.Of(rows).Sums);
        renamed[TracePhase.Weights, "row"]!.Summary.Rearranged.Should().Be(0);
        renamed[TracePhase.Weights, "sketch"]!.Summary.RelativeDistance(transposed).Should().Be(0);
        renamed[TracePhase.Weights, "sketch"]!
            .Summary.RelativeDistance(StripedSummary.Of([1f, 4, 2, 5, 3, 7]))
            .Should()
            .BeGreaterThan(0.05);
        map.Unordered.Should().Be(1);
    }

    public void Dispose() => folder.Dispose();

    private NameMap Map(string rules) =>
        NameMap.Read(folder.Write("names.json", $$"""{ "format": "ppyolo-names", "version": 1, "rules": [ {{rules}} ] }"""));

    private static HashSet<string> Names(params string[] names) => [.. names];

    private static RunTrace Run(params (TracePhase Phase, string Name, long[] Shape)[] entries)
    {
        var trace = new IterationTrace(0);
        foreach (var (phase, name, shape) in entries)
        {
            trace.Add(new(new(phase, name), shape, StripedSummary.Of([1f, 2, 3, 4])));
        }

        return new(0, [trace]);
    }
}
