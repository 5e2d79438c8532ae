using PPYolo.Align.Reports;

namespace PPYolo.Tests.Unit.Align.Reports;

public class PrintableTests
{
    [Theory]
    [InlineData("weight", "weight")]
    [InlineData("a\u001b[2Jb", "a\\u001b[2Jb")]
    [InlineData("a\nb\tc", "a\\u000ab\\u0009c")]
    [InlineData("\u202Ecod", "\\u202ecod")]
    [InlineData("\ud83d\ude00", "\ud83d\ude00")]
    [InlineData("\u009b2J", "\\u009b2J")]
    public void What_moves_a_cursor_is_shown_instead(string text, string shown) => Printable.Of(text).Should().Be(shown);

    // No theory: test data are kept as Unicode.
    [Fact]
    public void Half_a_pair_of_surrogates_is_shown_instead()
    {
        Printable.Of("a\ud800").Should().Be("a\\ud800");
        Printable.Of("\ude00\ud83d").Should().Be("\\ude00\\ud83d");
    }

    [Fact]
    public void A_long_message_keeps_its_file_and_its_advice()
    {
        var message = Printable.Message($"file.json: unknown key '{new string('k', 1 << 20)}'; correct it");

        message.Should().StartWith("file.json: unknown key 'k").And.EndWith("'; correct it").And.HaveLength(Printable.MostLetters + 5);
    }

    [Fact]
    public void A_console_gets_lines_that_are_escaped_and_cut()
    {
        using var text = new StringWriter();
        using (var writer = new PrintableWriter(text))
        {
            writer.Write("one\u001b]0;title\a");
            writer.WriteLine(" two\tthree");
            writer.Write(new string('x', PrintableWriter.MostLetters));
            writer.WriteLine("yyy");
            writer.WriteLine("end\r");
        }

        text.ToString()
            .Split(Environment.NewLine)
            .Should()
            .Equal(
                "one\\u001b]0;title\\u0007 two\tthree",
                new string('x', PrintableWriter.MostLetters) + "... (3 more letters)",
                "end",
                ""
            );
    }
}
