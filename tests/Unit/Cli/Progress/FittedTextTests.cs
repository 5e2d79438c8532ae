using PPYolo.Cli.Progress;

namespace PPYolo.Tests.Unit.Cli.Progress;

public class FittedTextTests
{
    private const string Row =
        "ok    weights after iteration 9          3.40e-11  1.20e-08  0.85  sum of squares of each tensor  backbone.conv1.conv1_2.weight";

    [Fact]
    public void A_row_of_a_table_loses_its_end_between_words() =>
        FittedText
            .Fit(Row, 80)
            .Should()
            .Be("ok    weights after iteration 9          3.40e-11  1.20e-08  0.85  sum of ...")
            .And.Match(line => ((string)line).Length <= 80);

    [Fact]
    public void A_sentence_goes_on_in_the_next_line() =>
        FittedText
            .Fit("DIVERGED: 1 of 2 checks failed; the first in order of execution is 'moving averages after iteration 9'.", 40)
            .Should()
            .Be("DIVERGED: 1 of 2 checks failed; the\nfirst in order of execution is 'moving\naverages after iteration 9'.");

    [Fact]
    public void What_stands_behind_a_title_stays_there() =>
        FittedText
            .Fit("recognized   Pascal VOC in VOCdevkit: 2 images", 30)
            .Should()
            .Be("recognized   Pascal VOC in\n             VOCdevkit: 2\n             images");

    [Theory]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(300)]
    public void No_line_is_wider_and_no_word_is_divided(int width)
    {
        var text = $"{Row}\n\n  a title\n{string.Join(' ', Enumerable.Range(0, 99))}\n{new string('x', 15)}  {new string('y', 50)}  z\n";

        var fitted = FittedText.Fit(text, width);

        fitted.Split('\n').Should().OnlyContain(line => line.Length <= width);
        fitted.Split(' ', '\n').Except(["..."]).Should().BeSubsetOf(text.Split(' ', '\n'));
        (fitted == text).Should().Be(width == 300);
    }
}
