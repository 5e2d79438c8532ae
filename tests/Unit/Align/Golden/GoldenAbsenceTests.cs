using PPYolo.Align;
using PPYolo.Align.Golden;

namespace PPYolo.Tests.Unit.Align.Golden;

/// <summary>What is missing, repeated or unlimited in a golden or a run is never agreement.</summary>
public class GoldenAbsenceTests
{
    private static readonly GoldenTrace Trace = new(0, GoldenPhase.Forward, new(new double[64]), 1e-3);

    [Fact]
    public void Nothing_on_both_sides_is_red()
    {
        var comparison = GoldenComparer.Compare(Runs.Golden() with { Tensors = [] }, Runs.Run() with { Tensors = [] });

        comparison.Aligned.Should().BeFalse();
        comparison.ToString().Should().Contain("nothing was compared");
        GoldenComparer
            .Compare(Runs.Golden() with { Rates = [] }, Runs.Run() with { Rates = [] })
            .Failures.Should()
            .ContainSingle()
            .Which.What.Should()
            .Be("iterations");
    }

    [Fact]
    public void Another_start_is_red()
    {
        var comparison = GoldenComparer.Compare(Runs.Golden(), Runs.Run() with { Start = "0" });

        comparison.Failures.Should().ContainSingle().Which.What.Should().Be("start");
    }

    [Fact]
    public void Traces_that_only_one_side_has_are_red()
    {
        var (with, without) = (Runs.Golden() with { Traces = [Trace] }, Runs.Run());

        GoldenComparer.Compare(with, without).Failures.Should().ContainSingle().Which.Explanation.Should().Be("missing");
        GoldenComparer.Compare(Runs.Golden(), without with { Traces = [Trace] }).Aligned.Should().BeFalse();
        GoldenComparer.Compare(with, without with { Traces = [Trace] }).Aligned.Should().BeTrue();
    }

    public static TheoryData<string, Func<GoldenTensor, GoldenTensor>> Absolute =>
        new()
        {
            { "norm", tensor => tensor with { L2 = tensor.L2 * 1.1 } },
            { "mean", tensor => tensor with { Mean = -tensor.Mean } },
            { "largest element", tensor => tensor with { AbsMax = tensor.AbsMax + 1 } },
            { "norm", tensor => tensor with { L2 = double.NaN } },
        };

    [Theory]
    [MemberData(nameof(Absolute))]
    public void Values_that_differ_though_movements_agree_are_red(string what, Func<GoldenTensor, GoldenTensor> change)
    {
        var near = GoldenComparer.Compare(Runs.Golden(), Runs.Run(3e-4).With("weight", change));
        var equal = GoldenComparer.Compare(Runs.Golden(), Runs.Run().With("weight", change));

        near.Failures.Should().ContainSingle().Which.Explanation.Should().StartWith("moved alike, and its " + what);
        equal.Failures.Should().ContainSingle().Which.Explanation.Should().StartWith("the same bits, and its " + what);
    }

    [Fact]
    public void A_floor_that_passes_everything_is_red()
    {
        var golden = Runs.Golden();
        var loose = golden with { Losses = [.. golden.Losses.Select(loss => loss with { Floor = 1e300 })] };

        GoldenComparer.Compare(loose, Runs.Run()).Failures.Should().HaveCount(2).And.OnlyContain(failure => failure.What == "loss");
    }

    [Theory]
    [InlineData("loss\t0\ttotal_loss", 3, "Infinity")]
    [InlineData("loss\t0\ttotal_loss", 4, "Infinity")]
    [InlineData("weight\tweight", 9, "Infinity")]
    [InlineData("weight\tweight", 9, "NaN")]
    [InlineData("weight\tweight", 9, "-1")]
    public void A_floor_is_finite(string line, int field, string value)
    {
        var lines = GoldenText.Format(Runs.Golden()).Split('\n');
        var at = Array.FindIndex(lines, one => one.StartsWith(line, StringComparison.Ordinal));
        var fields = lines[at].Split('\t');
        fields[field] = value;
        lines[at] = string.Join('\t', fields);

        var parse = FluentActions.Invoking(() => GoldenText.Parse(string.Join('\n', lines), "a.golden"));
        if (field == 3)
        {
            parse.Should().NotThrow("a loss may be infinite, and is then red");
        }
        else
        {
            parse.Should().Throw<AlignException>().WithMessage($"a.golden: line {at + 1} is no line of a golden*");
        }
    }

    [Theory]
    [InlineData("loss")]
    [InlineData("trace")]
    [InlineData("weight")]
    [InlineData("gradient")]
    [InlineData("case")]
    public void A_line_that_is_there_twice_is_refused_with_its_number(string kind)
    {
        var lines = GoldenText.Format(Runs.Golden() with { Traces = [Trace] }).Split('\n').ToList();
        lines.Insert(lines.Count - 1, lines.First(line => line.StartsWith(kind + "\t", StringComparison.Ordinal)));

        FluentActions
            .Invoking(() => GoldenText.Parse(string.Join('\n', lines), "a.golden"))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"a.golden: line {lines.Count - 1} is no line of a golden*");
    }

    [Fact]
    public void Escape_sequences_are_shown_escaped()
    {
        const string Evil = "\u001b]0;x\u0007\u001b[31mred";
        var golden = Runs.Golden();
        var found = Runs.Run().With("weight", tensor => tensor with { Name = Evil }) with
        {
            Environment = Runs.Here with { Cpu = Evil },
            Case = Evil,
        };

        var text = GoldenComparer.Compare(golden with { Case = Evil }, found).ToString();
        var error = FluentActions.Invoking(() => GoldenText.Parse(Evil, "a.golden")).Should().Throw<AlignException>().Which.Message;

        (text + error).Should().Contain("\\u001b[31mred").And.NotContain("\u001b").And.NotContain("\u0007");
    }
}
