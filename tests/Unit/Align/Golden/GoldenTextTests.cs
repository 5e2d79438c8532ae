using PPYolo.Align;
using PPYolo.Align.Golden;

namespace PPYolo.Tests.Unit.Align.Golden;

public class GoldenTextTests
{
    [Fact]
    public void Reads_what_it_writes()
    {
        var text = GoldenText.Format(Runs.Golden());

        var read = GoldenText.Parse(text, "x");

        GoldenText.Format(read).Should().Be(text);
        read.Environment.Should().Be(Runs.Here);
        GoldenText.Parse(text.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n", "x").Tensors.Should().HaveCount(read.Tensors.Count);
        GoldenComparer.Compare(read, Runs.Run()).Aligned.Should().BeTrue();
    }

    [Fact]
    public void A_card_is_another_environment_than_the_processor_of_which_nothing_is_said()
    {
        var card = Runs.Here with { Card = "Card 0, TF32 off" };

        var read = GoldenText.Parse(GoldenText.Format(Runs.Run(environment: card)), "x");

        read.Environment.Should().Be(card).And.NotBe(Runs.Here);
        read.Environment.ToString().Should().Be($"{Runs.Here}, on Card 0, TF32 off");
        GoldenText.Format(Runs.Run()).Should().Contain("\nenvironment\tTorchSharp 1\tAVX2\t2\t0123456789abcdef\n");
        GoldenComparer.Compare(Runs.Golden(), Runs.Run(environment: card)).SameEnvironment.Should().BeFalse();
    }

    [Theory]
    [InlineData("ppyolo-golden\t1", "ppyolo-golden\t2", "*x*begins with*")]
    [InlineData("case\ta run\n", "", "*x*'case' is missing*")]
    [InlineData("rate\t1\t", "rate\t7\t", "*x: line 7 *rate 7*restore the file*")]
    [InlineData("weight\tfrozen\tfrozen\tfloat32", "weight\tfrozen\tfrozen\tfloat33", "*x: line *float33*")]
    [InlineData("weight\tfrozen\tfrozen\tfloat32", "weigth\tfrozen\tfrozen\tfloat32", "*x: line *weigth*")]
    [InlineData("twins\t2", "twins\tmany", "*x*twins*")]
    public void Says_which_line_is_wrong(string right, string wrong, string message)
    {
        var text = GoldenText.Format(Runs.Golden());
        text.Should().Contain(right);

        var parsing = () => GoldenText.Parse(text.Replace(right, wrong, StringComparison.Ordinal), "x");

        parsing.Should().Throw<AlignException>().WithMessage(message);
    }

    [Fact]
    public void Refuses_a_sketch_that_is_cut_short()
    {
        var text = GoldenText.Format(Runs.Golden());

        var parsing = () => GoldenText.Parse(text[..^20], "x");

        parsing.Should().Throw<AlignException>();
    }

    [Fact]
    public void Refuses_a_name_that_would_break_the_line() =>
        FluentActions
            .Invoking(() => GoldenText.Format(Runs.Golden().With("weight", tensor => tensor with { Name = "a\tb" })))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*tab*");
}
