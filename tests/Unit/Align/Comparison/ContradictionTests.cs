using PPYolo.Align.Comparison;
using PPYolo.Align.Formats;
using PPYolo.Align.Reports;
using PPYolo.Align.Tensors;
using PPYolo.Cli.Commands;

namespace PPYolo.Tests.Unit.Align.Comparison;

/// <summary>What the sum of squares passes and something else speaks against.</summary>
public sealed class ContradictionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, string?> Kinds =>
        new()
        {
            { "sign", "cosine -1" },
            { "scalar", "relative distance 0.01" },
            { "one element", "an element is off by 0.002 where elements are about 0.01" },
            { "zeros", "relative distance" },
            { "scaled", "relative distance 0.05" },
            { "rounding", null },
            { "rounding of halves", null },
            { "noise", null },
            { "equal", null },
        };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_sum_within_the_bound_is_contradicted_by_what_is_no_rounding(string kind, string? reason)
    {
        var (a, b) = Pair(kind);
        var result = TensorComparer.Compare(Pairs.Set(("fine", Pairs.Floats(1)), ("w", a)), Pairs.Set(("fine", Pairs.Floats(1)), ("w", b)));
        var text = ComparisonText.Format(result, new("a", "b", null));

        result.Aligned.Should().BeTrue("the bound stays the rule");
        if (reason is null)
        {
            result.Suspicious.Should().BeEmpty();
            text.Should().Contain("nothing is left to do").And.NotContain("WARNING");
            return;
        }

        result.Suspicious.Should().ContainSingle().Which.Contradiction.Should().Contain(reason);
        text.Should().NotContain("nothing is left to do").And.NotContain("nothing else").And.Contain("--start");
        ComparisonText.Summary(result).Should().Contain("WARNING: 1 of them").And.Contain("w most: ").And.Contain(reason);
        ComparisonJson.Format(result, new("a", "b", null)).Should().Contain("\"contradiction\": \"").And.Contain(reason);
    }

    [Fact]
    public void With_the_start_the_movement_judges()
    {
        var start = Write("start.npz", 1e-3f, 2e-3f);
        var a = Write("a.npz", 1.1e-3f, 2.1e-3f);
        var near = Write("near.npz", 1.101e-3f, 2.1e-3f);
        var far = Write("far.npz", 1e-3f, 2e-3f);

        Run(a, far).Should().Match<(int Code, string Output)>(run => run.Code == 0 && run.Output.Contains("WARNING"));
        Run(a, near, start).Should().Match<(int Code, string Output)>(run => run.Code == 0 && run.Output.Contains("nothing is left to do"));
        var (code, output) = Run(a, far, start);
        code.Should().Be(1);
        output.Should().Contain("beyond its movement").And.Contain("it differs by 1.00e+00 of the way it moved since the start");
    }

    [Fact]
    public void A_tensor_that_the_start_does_not_have_is_said_to_be_judged_by_the_bound()
    {
        var start = folder.File("start.npz");
        TensorFile.Write(start, Pairs.Set(("other", Pairs.Floats(1))));
        var a = Write("a.npz", 1);

        Run(a, a, start).Output.Should().Contain("1 of the tensors is not in it, and the bound alone judges there");
    }

    private static (TensorData A, TensorData B) Pair(string kind)
    {
        var random = new Random(3);
        var values = Enumerable.Range(0, 4000).Select(_ => 0.01f * (random.Next(2) == 0 ? 1 : -1)).ToArray();
        return kind switch
        {
            "sign" => (
                Pairs.Floats(values[..1000].Select(x => x / 100).ToArray()),
                Pairs.Floats(values[..1000].Select(x => -x / 100).ToArray())
            ),
            "scalar" => (TensorData.Scalar(1f), TensorData.Scalar(1.01f)),
            "one element" => (Pairs.Floats(values), Pairs.Floats([values[0] + 0.002f, .. values[1..]])),
            "zeros" => (Pairs.Floats(0, 0), Pairs.Floats(0, 1e-4f)),
            "scaled" => (Pairs.Floats(values[..400]), Pairs.Floats(values[..400].Select(x => x * 1.05f).ToArray())),
            "rounding" => (Pairs.Floats(1, 1e-9f), Pairs.Floats(float.BitIncrement(1), 1e-9f)),
            "rounding of halves" => (Pairs.Of(ElementType.BFloat16, 1, 3), Pairs.Of(ElementType.BFloat16, 1.0078125, 3)),
            "noise" => (Pairs.Floats(values), Pairs.Floats(values.Select(x => x * (1 + (1e-4f * (float)random.NextDouble()))).ToArray())),
            _ => (Pairs.Floats(values), Pairs.Floats(values)),
        };
    }

    private string Write(string name, params float[] values)
    {
        TensorFile.Write(folder.File(name), Pairs.Set(("w", Pairs.Floats(values))));
        return folder.File(name);
    }

    private static (int Code, string Output) Run(string a, string b, string? start = null)
    {
        var output = new StringWriter();
        return (DiffCommand.Run(a, b, new() { Start = start }, output), output.ToString());
    }
}
