using PPYolo.Align;
using PPYolo.Align.Golden;
using PPYolo.Harness.Approval;
using PPYolo.Harness.Checkouts;
using PPYolo.Tests.Unit.Align.Golden;

namespace PPYolo.Tests.Unit.Harness.Approval;

public sealed class RecheckTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(0, 0, nameof(MovedBy.Neither))]
    [InlineData(0, 0.4, nameof(MovedBy.Code))]
    [InlineData(0.4, 0.4, nameof(MovedBy.Environment))]
    [InlineData(0.4, 0, nameof(MovedBy.Both))]
    public void Says_which_of_code_and_environment_moved(double then, double now, string moved) =>
        Recheck.Classify(Pair(Runs.Run(then), Runs.Run(now))).ToString().Should().Be(moved);

    [Fact]
    public void A_run_that_is_missing_on_one_side_is_said()
    {
        Recheck.Classify(Pair(null, Runs.Run())).Should().Be(MovedBy.NotRun);
        Recheck.Classify(Pair(Runs.Run(), null)).Should().Be(MovedBy.NotRun);
    }

    [Fact]
    public void Lists_each_golden_that_ran_and_fails_where_one_moved()
    {
        Write("goldens/a.verified.golden", Runs.Golden());
        Write("goldens/b.verified.golden", Runs.Golden());
        Write("goldens/left-out.verified.golden", Runs.Golden());
        Write("then/a.golden", Runs.Run());
        Write("now/a.golden", Runs.Run());
        Write("then/b.golden", Runs.Run());
        Write("now/b.golden", Runs.Run(0.4));
        using var output = new StringWriter();

        Recheck.Compare(Goldens(), At("then"), At("now"), output).Should().BeFalse();

        output
            .ToString()
            .Should()
            .MatchRegex("neither +a +bit for bit +bit for bit")
            .And.MatchRegex("code +b +bit for bit +diverged")
            .And.NotContain("left-out");
    }

    [Fact]
    public void Tests_that_share_a_golden_are_told_apart()
    {
        Write("goldens/a.verified.golden", Runs.Golden());
        Write("goldens/a-longer-name.verified.golden", Runs.Golden());
        Write("then/a@threads=1.golden", Runs.Run());
        Write("then/a@threads=2.golden", Runs.Run());
        Write("then/a@threads=3.golden", Runs.Run());
        Write("now/a@threads=1.golden", Runs.Run(0.4));
        Write("now/a@threads=2.golden", Runs.Run());
        using var output = new StringWriter();

        Recheck.Compare(Goldens(), At("then"), At("now"), output).Should().BeFalse();

        output
            .ToString()
            .Should()
            .MatchRegex("code +a \\(threads=1\\)")
            .And.MatchRegex("neither +a \\(threads=2\\)")
            .And.MatchRegex("not run +a \\(threads=3\\)")
            .And.Contain("moved: code 1, not run 1")
            .And.NotContain("longer");
    }

    [Fact]
    public void A_commit_that_does_not_tell_them_apart_has_one_run_for_all()
    {
        Write("goldens/a.verified.golden", Runs.Golden());
        Write("then/a.golden", Runs.Run());
        Write("now/a@threads=1.golden", Runs.Run());
        Write("now/a@threads=2.golden", Runs.Run());
        using var output = new StringWriter();

        Recheck.Compare(Goldens(), At("then"), At("now"), output).Should().BeTrue(output.ToString());

        output.ToString().Should().Contain("a (threads=1)").And.Contain("a (threads=2)");
    }

    [Fact]
    public void A_commit_that_is_not_there_and_one_without_goldens_are_named()
    {
        ChildProcess.Run("git", ["-C", folder.Path, "init", "-q"]).ExitCode.Should().Be(0);
        ChildProcess
            .Run("git", ["-C", folder.Path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "empty"])
            .ExitCode.Should()
            .Be(0);

        FluentActions
            .Invoking(() => Recheck.Run(folder.Path, "none", new(), TextWriter.Null))
            .Should()
            .Throw<AlignException>()
            .WithMessage("--commit none: * has no such commit*");
        FluentActions
            .Invoking(() => Recheck.Run(folder.Path, "HEAD", new(), TextWriter.Null))
            .Should()
            .Throw<AlignException>()
            .WithMessage("commit * has no goldens (NAME.verified.golden)*");
        Git.Run(folder.Path, "worktree", "list").Split('\n').Should().ContainSingle("the checkout beside is gone");
    }

    [Fact]
    public void Nothing_that_ran_is_an_error_and_no_success()
    {
        Write("goldens/a.verified.golden", Runs.Golden());

        FluentActions
            .Invoking(() => Recheck.Compare(Goldens(), At("then"), At("now"), TextWriter.Null))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*no golden theory ran*");
    }

    public void Dispose() => folder.Dispose();

    private static RunPair Pair(GoldenRecord? then, GoldenRecord? now) => new("a", "", Runs.Golden(), then, now);

    private Dictionary<string, GoldenRecord> Goldens() =>
        Directory.EnumerateFiles(At("goldens")).ToDictionary(TheoryResults.NameOf, GoldenText.Read);

    private string At(string name) => folder.File(name);

    private void Write(string name, GoldenRecord record)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), GoldenText.Format(record));
    }
}
