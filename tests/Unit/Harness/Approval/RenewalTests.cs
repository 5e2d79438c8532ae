using DiffEngine;
using PPYolo.Align;
using PPYolo.Align.Golden;
using PPYolo.Harness.Approval;
using PPYolo.Tests.Unit.Align.Golden;

namespace PPYolo.Tests.Unit.Harness.Approval;

public sealed class RenewalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string? server = Environment.GetEnvironmentVariable("CI");
    private readonly StringWriter output = new();

    public RenewalTests()
    {
        // These tests run on build servers too.
        Environment.SetEnvironmentVariable("CI", null);
        BuildServerDetector.Detected = false;
        Directory.CreateDirectory(At("goldens"));
        Directory.CreateDirectory(At("received"));
    }

    [Fact]
    public void What_was_received_takes_the_place_of_the_golden()
    {
        Write("goldens/a.verified.golden", Runs.Golden());
        Write("goldens/a.received.golden", Runs.Golden());
        var next = GoldenFloors.Measure(Runs.Run(0.4), [Runs.Run(0.4001)]);
        Write("received/a.received.golden", next);
        Write("runs/a@threads=1.golden", Runs.Run(0.4));
        Write("runs/a@threads=2.golden", Runs.Run(0.4001));

        Settle(whole: true).Should().BeTrue(output.ToString());

        File.ReadAllText(At("goldens/a.verified.golden")).Should().Be(GoldenText.Format(next));
        File.Exists(At("goldens/a.received.golden")).Should().BeFalse("it would be approved in the place of the new one");
        File.ReadAllText(At("goldens/approvals.log")).Should().Contain("a.verified.golden\ta reason\tDIVERGED");
        output.ToString().Should().Contain("1 approved, 0 refused, 0 kept as they were, 0 tests failed before their golden");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_golden_for_which_nothing_was_received_stays_and_is_no_success_where_all_were_asked_for(bool whole)
    {
        Write("goldens/a.verified.golden", Runs.Golden());
        Write("goldens/b.verified.golden", Runs.Golden());
        var before = File.ReadAllText(At("goldens/b.verified.golden"));
        Write("received/a.received.golden", Runs.Golden());

        Settle(whole).Should().Be(!whole);

        File.ReadAllText(At("goldens/b.verified.golden")).Should().Be(before);
        output.ToString().Should().Contain("1 approved, 0 refused, 1 kept");
        output.ToString().Contains("kept, since nothing was received: b", StringComparison.Ordinal).Should().Be(whole);
    }

    [Fact]
    public void A_run_that_left_nothing_is_no_success() => Settle(whole: false).Should().BeFalse();

    [Fact]
    public void What_is_refused_stays_beside_its_golden()
    {
        Write("goldens/a.verified.golden", Runs.Golden());
        var before = File.ReadAllText(At("goldens/a.verified.golden"));
        Write("received/a.received.golden", GoldenFloors.Measure(Runs.Run(mean: float.NaN), [Runs.Run()]));

        Settle(whole: true).Should().BeFalse();

        File.ReadAllText(At("goldens/a.verified.golden")).Should().Be(before);
        File.Exists(At("goldens/a.received.golden")).Should().BeTrue();
        output.ToString().Should().Contain("refused: not finite: mean").And.Contain("0 approved, 1 refused");
    }

    [Fact]
    public void Tests_that_share_a_golden_and_come_to_different_numbers_are_refused()
    {
        Write("received/a.received.golden", Runs.Golden());
        Write("runs/a@threads=1.golden", Runs.Run());
        Write("runs/a@threads=2.golden", Runs.Run(0.4));

        Settle(whole: true).Should().BeFalse();

        output
            .ToString()
            .Should()
            .Contain("refused: the test that comes to it by threads=2 is not within it")
            .And.NotContain("by threads=1");
        File.Exists(At("goldens/a.verified.golden")).Should().BeFalse();
    }

    [Fact]
    public void A_test_that_failed_before_its_golden_is_said()
    {
        Write("received/a.received.golden", Runs.Golden());
        Directory.CreateDirectory(At("runs"));
        File.WriteAllText(
            At("runs/theories.trx"),
            """
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
              <UnitTestResult testName="A" outcome="Failed">
                <Output><ErrorInfo><Message>a.verified.golden: there is no golden yet; look</Message></ErrorInfo></Output></UnitTestResult>
              <UnitTestResult testName="B" outcome="Failed"><Output><ErrorInfo><Message>DIVERGED from the reference
            and more</Message></ErrorInfo></Output></UnitTestResult>
              <UnitTestResult testName="C" outcome="Passed" />
            </Results></TestRun>
            """
        );

        Settle(whole: true).Should().BeFalse();

        output
            .ToString()
            .Should()
            .Contain("failed before its golden: B: DIVERGED from the reference")
            .And.Contain("1 approved, 0 refused, 0 kept as they were, 1 tests failed")
            .And.NotContain("and more");
    }

    [Theory]
    [InlineData("true", "a reason", "*build server*")]
    [InlineData(null, " ", "*--reason*")]
    public void Nothing_runs_on_a_build_server_or_without_a_reason(string? ci, string reason, string message)
    {
        Environment.SetEnvironmentVariable("CI", ci);

        FluentActions
            .Invoking(() => Renewal.Run(folder.Path, reason, null, false, output))
            .Should()
            .Throw<AlignException>()
            .WithMessage(message);
    }

    public void Dispose()
    {
        output.Dispose();
        Environment.SetEnvironmentVariable("CI", server);
        folder.Dispose();
    }

    private bool Settle(bool whole) =>
        Renewal.Settle(At("goldens"), At("received"), At("runs"), whole, "a reason", mayChangeEnvironment: false, output);

    private string At(string name) => folder.File(name);

    private void Write(string name, GoldenRecord record)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), GoldenText.Format(record));
    }
}
