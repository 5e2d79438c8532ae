using System.Text.RegularExpressions;
using PPYolo.Align.Explanations;
using PPYolo.Align.Reports;
using PPYolo.Align.Traces;

namespace PPYolo.Tests.Unit.Align.Reports;

/// <summary>
/// The page of an explanation by keyboard, for screen readers and on a phone; what it looks like is for a browser to show.
/// </summary>
public sealed partial class ExplanationHtmlTests
{
    private static readonly string Page = ExplanationHtml.Format(Explanation(rank: 0));

    [Fact]
    public void What_a_chart_names_under_a_pointer_is_in_a_table_too()
    {
        // A point of the chart, and a cell of the map whose name only its title has.
        Page.Should().Contain("<title>forward stem: 1.00e-07</title>").And.Contain("title=\"head.out.b: 5.00e-01 of its norm");

        var tables = Folded().Matches(Page).Select(match => (Label: match.Groups[1].Value, Html: match.Groups[2].Value)).ToList();

        tables
            .Select(table => table.Label)
            .Should()
            .Equal("The losses in numbers", "All 3 tensors of iteration 0", "The worst tensor of each part beyond noise");
        tables[0].Html.Should().Contain("<td>1</td><td>2.5</td><td>NaN</td>");
        tables[1]
            .Html.Should()
            .Contain("<td>forward</td><td class=\"name\">stem</td><td>1.00e-07</td>")
            .And.Contain("head.out.a")
            .And.Contain("head.out.b");
        tables[2]
            .Html.Should()
            .Contain("<td class=\"name\">head.out.b</td>")
            .And.NotContain("head.out.a")
            .And.Contain("<td class=\"name\">tail.b</td>");
    }

    [Fact]
    public void Both_losses_and_their_difference_are_curves_that_a_phone_shows_as_a_whole()
    {
        var page = ExplanationHtml.Format(Explanation(rank: 0) with { Losses = [(0, 3, 3), (1, 2, 2.002), (2, 2, 3), (3, 2, double.NaN)] });

        page.Should()
            .Contain(
                "<h2>Total loss</h2>\n<p class=\"key\"><span><i class=\"first\"></i>expected</span><span><i class=\"second\"></i>found"
            )
            .And.Contain("<h2>Difference of the losses</h2>")
            .And.Contain("from 1e-3 in iteration 1 to 5e-1 in iteration 2")
            .And.Contain("1 of 3 iterations are not drawn")
            .And.Contain("<td>1</td><td>2</td><td>2.002</td><td>0.001</td>");
        page[page.IndexOf("<h2>Total loss</h2>", StringComparison.Ordinal)..page.IndexOf("The losses in numbers", StringComparison.Ordinal)]
            .Should()
            .NotContain("class=\"scroll\"");
        ExplanationHtml.Format(Explanation(rank: 0)).Should().Contain("the losses of all 1 iterations that both runs have are equal");
    }

    [Fact]
    public void What_is_wider_than_a_phone_shows_that_it_scrolls() =>
        Page.Should()
            .MatchRegex(@"\.scroll \{[^}]*overflow-x: auto; background: linear-gradient")
            .And.Contain(".scroll:has(> svg)::before { content: \"Scroll sideways to see all of it.\"");

    [Fact]
    public void What_scrolls_is_reached_by_keyboard_and_has_a_name() =>
        Scrolling()
            .Matches(Page)
            .Select(match => match.Value)
            .Should()
            .HaveCountGreaterThan(5)
            .And.OnlyContain(tag => Regex.IsMatch(tag, "tabindex=\"0\" role=\"region\" aria-label=\"[^\"]+\""));

    [Fact]
    public void Every_head_of_a_table_says_what_it_is_the_head_of() =>
        Heads()
            .Matches(Page)
            .Select(match => match.Value)
            .Should()
            .HaveCountGreaterThan(10)
            .And.OnlyContain(head => Regex.IsMatch(head, "^<th scope=\"(col|row)\">.+</th>$"));

    [Fact]
    public void Headings_are_one_of_the_first_and_then_of_the_second_level()
    {
        var headings = Headings().Matches(Page).Select(match => (Level: match.Groups[1].Value, Text: match.Groups[2].Value)).ToList();

        headings[0].Should().Be(("1", "found"));
        headings
            .Skip(1)
            .Should()
            .OnlyContain(heading => heading.Level == "2")
            .And.Contain(("2", "Where the runs part"))
            .And.Contain(("2", "Likely causes"));
    }

    [Fact]
    public void Long_names_break_in_text_and_scroll_in_tables() =>
        Page.Should()
            .MatchRegex(@"body \{[^}]*overflow-wrap: anywhere")
            .And.MatchRegex(@"table \{[^}]*overflow-wrap: normal")
            .And.MatchRegex(@"td\.name \{[^}]*white-space: nowrap");

    [Fact]
    public void Ranks_are_named_where_there_are_several()
    {
        Page.Should().NotContain(">rank</th>");
        ExplanationHtml
            .Format(Explanation(rank: 1))
            .Should()
            .Contain("<th scope=\"col\">rank</th>")
            .And.Contain("<td>0</td><td>1</td><td>forward</td>");
    }

    private static Explanation Explanation(int rank)
    {
        static EntryDifference Of(int iteration, int rank, TracePhase phase, string name, double relative) =>
            new(iteration, rank, new(phase, name), relative, 1e-6, null);
        return new(
            "expected",
            "found",
            new(
                [
                    Of(0, 0, TracePhase.Forward, "stem", 1e-7),
                    Of(0, rank, TracePhase.Forward, "head.out.a", 0.25),
                    Of(0, rank, TracePhase.Forward, "head.out.b", 0.5),
                    Of(1, 0, TracePhase.Forward, "stem", 0),
                    Of(1, 0, TracePhase.Backward, "tail.b", double.NaN),
                ],
                null
            ),
            [new("x", "y", TracePhase.Forward, 0.5, ["z"])]
        )
        {
            Losses = [(0, 3, 3), (1, 2.5, double.NaN)],
            Lacked = [$"something with {new string('n', 200)}"],
            Environment = [("threads", "1", "2")],
        };
    }

    [GeneratedRegex("<details><summary>(.*?)</summary>(.*?)</details>", RegexOptions.Singleline)]
    private static partial Regex Folded();

    [GeneratedRegex("<[a-z]+ class=\"scroll\"[^>]*>")]
    private static partial Regex Scrolling();

    [GeneratedRegex("<th[ >].*?</th>")]
    private static partial Regex Heads();

    [GeneratedRegex("<h([1-6])[^>]*>(.*?)</h[1-6]>")]
    private static partial Regex Headings();
}
