using System.Text.Json;
using System.Xml.Linq;
using PPYolo.Align;
using PPYolo.Harness.Pipeline;

namespace PPYolo.Tests.Unit.Harness.Pipeline;

public sealed class PipelineReportTests : IDisposable
{
    private const string Replay = ResultFolder.Class + ".ReplayIsBitwiseEqual(config: \"r18vd\", threads: 2)",
        Other = "PPYolo.Tests.Unit.Cli.SomeTests.Of_something";

    private readonly ResultFolder folder = new();

    [Fact]
    public void No_measurement_has_a_hidden_name()
    {
        var name = "PPYolo.Tests.Alignment." + new string('x', 99);

        Enumerable
            .Range(0, name.Length)
            .Select(skip => Measurement.NameOf(name[skip..]))
            .Should()
            .OnlyContain(file => !file.StartsWith('.'), "hidden files are not looked for");
    }

    [Fact]
    public void A_scenario_has_its_worst_difference_its_bound_its_noise_and_the_state_of_its_golden()
    {
        folder.Run("a.trx", 0, (Replay, "Passed", ""));
        folder.Measure(Replay, 0.5, one => one with { Golden = new("Self.Replay", GoldenState.Within, "within") }, difference: 5e-9);

        var report = Read();

        report.Word.Should().Be("PASSED");
        report
            .Rows.Should()
            .ContainSingle()
            .Which.Measurement!.Worst.Should()
            .Be(new MeasuredCheck("weights", "sum of squares", 5e-9, 1e-8, 5, "conv.weight"));
        Html(report)
            .Should()
            .Contain("Replay is bitwise equal (config: &quot;r18vd&quot;, threads: 2)")
            .And.Contain(
                "<td>5.00e-09<br><span class=\"soft\">weights</span></td><td>1.00e-08</td><td>5.00</td><td>within its floors</td>"
            );
        report.Where(where => where.InstructionSet).Should().ContainSingle().Which.Should().NotBeEmpty();
        report.Where(where => where.Commit).Should().ContainSingle().Which.Should().NotBeEmpty();
    }

    [Fact]
    public void Of_two_runs_the_latest_result_of_each_test_counts()
    {
        folder.Run("b.trx", 0, (Replay, "Failed", "old"), (Other, "Passed", ""));
        folder.Run("a.trx", 10, (Replay, "Passed", ""));

        var report = Read();

        report
            .Rows.Select(row => (row.Result.Test, row.Result.Outcome))
            .Should()
            .BeEquivalentTo([(Replay, TestOutcome.Passed), (Other, TestOutcome.Passed)]);
        report.Word.Should().Be("PASSED");
        Html(report).Should().Contain("a.trx").And.Contain("b.trx").And.Contain("the latest result counts");
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(5)]
    public void A_result_that_no_measurement_is_of_says_not_measured(int minute)
    {
        folder.Run("a.trx", 0, (Replay, "Passed", ""));
        folder.Measure(Replay, minute);

        var report = Read();

        report.Rows.Single().Measurement.Should().BeNull("what was measured {0} minutes before or after is of another run", minute);
        report.Summary.Should().Contain("1 scenarios 0 are aligned, 0 diverged, 1 not measured");
        Html(report).Should().Contain("<td>not measured</td>");
        report.Word.Should().Be(minute < 0 ? "PASSED" : "INCOMPLETE", "of a later run there must be results");
    }

    [Fact]
    public void A_run_that_died_leaves_an_incomplete_report()
    {
        folder.Run("a.trx", 0, (Other, "Passed", ""));
        folder.Crash("b.trx", 5);
        folder.Measure(Replay, 6);

        var report = Read();

        report.Word.Should().Be("INCOMPLETE");
        report.Problems.Should().HaveCount(2);
        report
            .Problems[0]
            .Should()
            .Contain("b.trx")
            .And.EndWith("Test host process crashed : Process terminated.); tests that it did not come to are not in the report");
        report.Problems[1].Should().Contain("have no result of that run").And.Contain(Replay);
    }

    [Fact]
    public void A_torn_file_is_named_and_nothing_of_it_counts()
    {
        folder.Run("a.trx", 0, (Other, "Passed", ""));
        folder.Write("torn.trx", folder.Read("a.trx")[..^40]);
        folder.Measure(Replay, 0.5);
        folder.Write("measured/torn.json", "{ \"format\": \"ppyolo-mea");
        folder.Write("measured/other.json", "{}");

        var report = Read();

        report.Word.Should().Be("INCOMPLETE");
        report.Problems.Should().Contain(problem => problem.Contains("torn.trx: not whole"));
        report.Problems.Should().Contain(problem => problem.Contains("torn.json: no whole measurement"));
        report.Problems.Should().Contain(problem => problem.Contains("other.json: no whole measurement"));
        report.Rows.Should().ContainSingle();
    }

    [Fact]
    public void What_is_no_result_of_a_run_is_refused_and_no_entity_is_read()
    {
        folder.Write("a.trx", "<other/>");
        folder.Write("b.trx", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><TestRun>&e;</TestRun>");

        var report = Read();

        report.Problems.Should().HaveCount(2);
        report.Problems[0].Should().Contain("found <other>");
        report.Rows.Should().BeEmpty();
    }

    [Fact]
    public void Without_any_result_it_says_how_to_make_some()
    {
        var none = () => Read();
        var nowhere = () => PipelineReport.Read(Path.Combine(folder.Path, "nowhere"));

        none.Should().Throw<AlignException>().WithMessage("*no .trx*dotnet test --filter Alignment --logger trx*");
        nowhere.Should().Throw<AlignException>().WithMessage("*no such folder*");
    }

    [Fact]
    public void What_failed_comes_first_with_its_message_folded_and_the_command_that_comes_next()
    {
        folder.Run("a.trx", 0, (Other, "Passed", ""), (Replay, "Failed", "expected <b>\u001b[31m equal"));
        folder.Measure(Replay, 1.5, one => one with { Next = "ppyolo align self --config r18vd" }, difference: double.NaN);

        var report = Read().Explained();

        report.Rows[0].Result.Test.Should().Be(Replay);
        report
            .Rows[0]
            .Next.Should()
            .Equal(
                "ppyolo align self --config r18vd",
                $"dotnet test tests/Alignment --filter FullyQualifiedName~{ResultFolder.Class}.ReplayIsBitwiseEqual"
            );
        var page = Html(report);
        page.Should().Contain("<details><summary>What it said</summary><pre>expected &lt;b&gt;\\u001b[31m equal</pre>");
        page.Should().Contain("<code>ppyolo align self --config r18vd</code>").And.Contain("no records of both runs were kept");
        page.Should().Contain("<td>NaN<br>").And.Contain("<strong class=\"bad\">diverged</strong>");
        page.IndexOf("<h2>Failed</h2>", StringComparison.Ordinal)
            .Should()
            .BeLessThan(page.IndexOf("<h2>Scenarios</h2>", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        GoldenState.Diverged,
        "ppyolo golden diff 'tests/Golden/Weights/A_b=c(d).verified.golden' 'tests/Golden/Weights/A_b=c(d).received.golden'"
    )]
    [InlineData(GoldenState.Missing, "dotnet cake --target=Approve --reason=\"why the numbers are right\"")]
    internal void A_golden_that_is_red_says_what_to_do_with_it(GoldenState state, string next)
    {
        folder.Run("a.trx", 0, (Replay, "Failed", "the golden"));
        folder.Measure(Replay, 0.5, one => one with { Golden = new("A_b=c(d)", state, "DIVERGED in 3 places") });

        var row = Read().Rows.Single();

        row.Verdict.Should().Be("aligned");
        row.Next.First().Should().Be(next);
    }

    [Fact]
    public void Trainings_that_are_broken_on_purpose_are_apart()
    {
        folder.Run("a.trx", 0, (Replay, "Passed", ""));
        folder.Measure(Replay, 0.5, one => one with { MustDiverge = true }, difference: 1);

        var report = Read();

        report.Scenarios.Should().BeEmpty();
        report.Broken.Should().ContainSingle();
        Html(report).Should().Contain("<h2>Broken on purpose</h2>").And.Contain("<td>diverged</td>");
    }

    [Fact]
    public void Its_JUnit_and_JSON_say_the_same()
    {
        folder.Run("a.trx", 0, (Replay, "Failed", "first\nsecond\u0001"), (Other, "NotExecuted", "no card"), ("Bare", "Timeout", ""));
        folder.Crash("b.trx", 20);

        var report = Read();

        var suites = XDocument
            .Parse(PipelineJUnit.Format(report))
            .Root!.Elements("testsuite")
            .ToDictionary(suite => suite.Attribute("name")!.Value);
        suites[ResultFolder.Class].Attribute("failures")!.Value.Should().Be("1");
        suites[ResultFolder.Class].Descendants("failure").Single().Attribute("message")!.Value.Should().Be("first");
        suites[ResultFolder.Class].Descendants("system-out").Single().Value.Should().StartWith("not measured");
        suites["PPYolo.Tests.Unit.Cli.SomeTests"].Descendants("skipped").Single().Attribute("message")!.Value.Should().Be("no card");
        suites["results"].Attribute("errors")!.Value.Should().Be("1");
        suites[""].Attribute("failures")!.Value.Should().Be("1", "what did not come to its end did not pass");
        using var json = JsonDocument.Parse(PipelineJson.Format(report));
        json.RootElement.GetProperty("word").GetString().Should().Be("FAILED");
        json.RootElement.GetProperty("tests")
            .EnumerateArray()
            .Select(test => test.GetProperty("outcome").GetString())
            .Should()
            .Equal("failed", "failed", "skipped");
    }

    [Fact]
    public void Records_that_cannot_be_explained_leave_a_reason()
    {
        folder.Run("a.trx", 0, (Replay, "Failed", "it diverged"));
        folder.Write("measured/records/a/readme.txt", "");
        folder.Write("measured/records/b/readme.txt", "");
        folder.Measure(Replay, 0.5, one => one with { Records = ["records/a", "records/b"] }, difference: 1);

        var report = Read();
        report.Rows.Single().Next.Should().Contain(next => next.Contains("ppyolo explain ") && next.Contains("records/b --html explain-"));
        var row = report.Explained().Rows.Single();

        row.Page.Should().BeNull();
        row.NoPage.Should().Contain("records/a");
    }

    public void Dispose() => folder.Dispose();

    private static string Html(PipelineReport report) => PipelineHtml.Format(report);

    private PipelineReport Read() => PipelineReport.Read(folder.Path);
}
