using PPYolo.Align;
using PPYolo.Align.Golden;
using PPYolo.Harness.Bisection;
using PPYolo.Harness.Checkouts;
using PPYolo.Tests.Unit.Align.Golden;
using static PPYolo.Tests.Unit.Harness.Bisection.TinyRepository;

namespace PPYolo.Tests.Unit.Harness.Bisection;

public sealed class BisectTests
{
    private static readonly string Temporary = Path.GetTempPath();

    private readonly string[] before = Folders();

    /// <summary>32 commits: two that do not build lie where the search goes first, and three move rounding alone.</summary>
    [Fact]
    public void Finds_the_commit_among_32_in_as_many_builds_as_it_may_take()
    {
        using var repository = new TinyRepository(
            History(
                32,
                (i, commit) =>
                    commit with
                    {
                        Builds = i is not (15 or 16),
                        Run = Runs.Run(
                            i >= 23 ? 0.4
                            : i >= 20 ? -6e-5
                            : i >= 12 ? 3e-5
                            : i >= 5 ? 5e-5
                            : 0
                        ),
                        Message = i == 23 ? "Take the mean of four\n\nAnd not of two.\n" : null,
                    }
            )
        );

        var (found, said) = Bisected(repository, "HEAD");

        found.Should().BeTrue();
        said.Should()
            .Contain($"the first bad commit is {repository[23]}\n    A U Thor, ")
            .And.Contain("\n    Take the mean of four\n\n    And not of two.\n")
            .And.Contain("it began in iteration 0, forward (total_loss); first loss total_loss, iteration 0: expected 5, found 5.4")
            .And.Contain($"skipped  {repository[16][..10]}: does not build: {CompilerError}")
            .And.Contain($"skipped  {repository[15][..10]}: does not build")
            .And.Contain("within noise")
            .And.Contain($"next: git show {repository[23][..10]}")
            .And.Contain("31 commits after HEAD~31, up to HEAD: at most 6 builds");
        repository.Builds.Should().Be(1 + 5 + 2, said);
        RequireNothingLeft(repository);

        // What is known is not built again.
        var (again, knownSaid) = Bisected(repository, "HEAD");
        again.Should().BeTrue();
        knownSaid
            .Should()
            .Contain($"the first bad commit is {repository[23]}")
            .And.Contain("built: 0, known before: 7, not to be judged: 2;");
        repository.Builds.Should().Be(8, knownSaid);

        // Nor by another search over the same commits.
        Bisected(repository, "HEAD~5").Said.Should().Contain($"the first bad commit is {repository[23]}");
        repository.Builds.Should().BeLessThanOrEqualTo(9, "at most its bad end is new");
    }

    [Fact]
    public void Commits_that_do_not_build_before_the_bad_one_are_named_with_it()
    {
        using var repository = new TinyRepository(
            History(8, (i, commit) => commit with { Builds = i is not (4 or 5), Run = Runs.Run(i >= 5 ? 0.4 : 0) })
        );

        var (found, said) = Bisected(repository, "HEAD");

        found.Should().BeFalse();
        said.Should()
            .Contain($"the first bad commit is {repository[6]}, or one of the 2 before it that could not be judged:")
            .And.Contain($"    {repository[4][..10]} commit 4\n    {repository[5][..10]} commit 5\n");
        RequireNothingLeft(repository);
    }

    [Fact]
    public void A_commit_that_changed_its_golden_too_is_said_to_have()
    {
        using var repository = new TinyRepository(
            History(
                3,
                (i, commit) =>
                    commit with
                    {
                        Run = Runs.Run(i >= 1 ? 0.4 : 0),
                        Golden = i == 1 ? GoldenText.Format(GoldenFloors.Measure(Runs.Run(0.4), [Runs.Run(0.40005)])) : commit.Golden,
                    }
            )
        );

        Bisected(repository, "HEAD")
            .Said.Should()
            .Contain($"the first bad commit is {repository[1]}")
            .And.Contain($"this commit changed the golden too")
            .And.Contain($"--good {repository[1][..10]} --bad HEAD");
    }

    [Fact]
    public void Commits_that_do_not_run_and_runs_of_another_version_are_skipped()
    {
        using var repository = new TinyRepository(
            History(
                6,
                (i, commit) =>
                    commit with
                    {
                        Run = Runs.Run(i >= 4 ? 0.4 : 0),
                        Script =
                            i == 2 ? "echo Killed by a test >&2; exit 1\n"
                            : i == 3 ? "printf 'ppyolo-golden\\t7\\n' > \"$PPYOLO_GOLDEN_OUT/model.golden\"\n"
                            : null,
                    }
            )
        );

        var (found, said) = Bisected(repository, "HEAD");

        found.Should().BeFalse("commits 2 and 3 cannot be told from 4");
        said.Should()
            .Contain($"skipped  {repository[2][..10]}: no golden theory ran: Killed by a test")
            .And.MatchRegex(
                $"skipped  {repository[3][..10]}: .*expected a golden, which begins with 'ppyolo-golden 1', found 'ppyolo-golden 7'"
            )
            .And.Contain($"the first bad commit is {repository[4]}, or one of the 2 before it");
    }

    [Fact]
    public void Changes_that_are_not_committed_are_said_not_to_be_tried()
    {
        using var repository = new TinyRepository(History(2, (i, commit) => commit with { Run = Runs.Run(i * 0.4) }));
        File.AppendAllText(Path.Combine(repository.Path, "run.sh"), "exit 1\n");

        Bisected(repository, "HEAD").Said.Should().Contain("changes that are not committed are in no commit, and are not tried");

        File.ReadAllText(Path.Combine(repository.Path, "run.sh")).Should().EndWith("exit 1\n");
    }

    [Fact]
    public void A_hook_of_git_may_bisect()
    {
        using var repository = new TinyRepository(History(2, (i, commit) => commit with { Run = Runs.Run(i * 0.4) }));
        Environment.SetEnvironmentVariable("GIT_DIR", Path.Combine(Fixtures.Root, "no-such-repository"));
        try
        {
            Bisected(repository, "HEAD").Found.Should().BeTrue();
        }
        finally
        {
            Environment.SetEnvironmentVariable("GIT_DIR", null);
        }
    }

    [Theory]
    [InlineData("none", "HEAD", null, "--good none: * has no such commit*")]
    [InlineData("HEAD~2", "none", null, "--bad none: * has no such commit*")]
    [InlineData("HEAD", "HEAD", null, "*are the same commit*")]
    [InlineData("HEAD", "HEAD~2", null, "--good HEAD comes after --bad HEAD~2; exchange the two*")]
    [InlineData("side", "HEAD", null, "--good side is not an ancestor of --bad HEAD*git merge-base side HEAD*")]
    [InlineData("HEAD~2", "HEAD", "modle", "--golden modle: commit * has no modle.verified.golden; did you mean 'model'?")]
    [InlineData("HEAD~3", "HEAD", "model", "*has no goldens (NAME.verified.golden) yet; it came with *commit 1: name that one*")]
    [InlineData("HEAD~2", "HEAD", null, "--bad HEAD is not bad: it is within noise of --good HEAD~2 in model, here and now*")]
    public void What_was_named_wrongly_is_one_line(string good, string bad, string? golden, string message)
    {
        using var repository = new TinyRepository(History(4, (i, commit) => commit with { Golden = i == 1 ? Golden() : null }));
        Git.Run(repository.Path, "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", "HEAD^{tree}", "-m", "side");
        Git.Run(
            repository.Path,
            "update-ref",
            "refs/heads/side",
            Git.Run(repository.Path, "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", "HEAD^{tree}", "-m", "side")
        );

        Fails(repository, good, bad, repository.Choice with { Golden = golden }, message);
    }

    [Fact]
    public void A_good_commit_that_is_not_good_and_ends_that_do_not_build_or_run_are_one_line()
    {
        using var repository = new TinyRepository(
            History(
                6,
                (i, commit) =>
                    commit with
                    {
                        Run = Runs.Run(i == 1 ? 0.4 : 0),
                        Builds = i is not (2 or 5),
                        Script = i == 3 ? "exit 0\n" : null,
                    }
            )
        );

        Fails(
            repository,
            repository[1],
            "HEAD",
            repository.Choice,
            $"--good {repository[1]} is not good here: model is not within its own golden: DIVERGED*golden recheck --commit*"
        );
        Fails(repository, repository[2], "HEAD", repository.Choice, $"--good {repository[2]} does not build here: *CS1002*");
        Fails(
            repository,
            repository[3],
            "HEAD",
            repository.Choice,
            $"--good {repository[3]}: no golden theory ran: *the command must run a training that reports to PPYOLO_GOLDEN_OUT*"
        );
        Fails(
            repository,
            repository[4],
            "HEAD",
            repository.Choice,
            "--bad HEAD cannot be judged (*CS1002*), and no commit before it is bad*"
        );
    }

    [Fact]
    public void A_golden_of_another_version_is_one_line()
    {
        using var repository = new TinyRepository(
            History(2, (i, commit) => commit with { Golden = i == 0 ? "ppyolo-golden\t7" : null, Run = Runs.Run(i * 0.4) })
        );

        Fails(
            repository,
            "HEAD~1",
            "HEAD",
            repository.Choice,
            "goldens/model.verified.golden of *: expected a golden, which begins with 'ppyolo-golden 1', found 'ppyolo-golden 7'"
        );
        repository.Builds.Should().Be(0);
    }

    /// <summary>A machine without space or network is not the commit's fault, which must not be kept as one that does not build.</summary>
    [Theory]
    [InlineData("echo 'write failed: No space left on device'; exit 1", "building failed for the machine's sake*No space left on device*")]
    [InlineData(
        "echo 'x.csproj : error NU1301: Unable to load the service index'; exit 1",
        "building failed for the machine's sake*NU1301*"
    )]
    [InlineData("kill -9 $$", "building was ended by signal 9*run the same again to go on")]
    public void A_machine_that_fails_is_not_taken_for_a_commit_that_does(string build, string message)
    {
        using var repository = new TinyRepository(History(2, (i, commit) => commit with { Run = Runs.Run(i * 0.4) }));

        Fails(repository, "HEAD~1", "HEAD", repository.Choice with { Build = build }, message);

        Bisected(repository, "HEAD").Found.Should().BeTrue("nothing was kept of what failed");
    }

    [Fact]
    public void A_project_is_found_by_its_goldens_or_asked_for()
    {
        using var repository = new TinyRepository(History(2));
        var goldens = new Dictionary<string, string> { ["model"] = "goldens/model.verified.golden" };

        FluentActions
            .Invoking(() => TheoryPlan.Find(repository.Path, repository[0], goldens, new()))
            .Should()
            .Throw<AlignException>()
            .WithMessage("no project is at or above goldens/model.verified.golden*--project");
        FluentActions
            .Invoking(() => TheoryPlan.Find(repository.Path, repository[0], goldens, new(Project: "src/None")))
            .Should()
            .Throw<AlignException>()
            .WithMessage("--project src/None: commit * has no such file or folder*");
        TheoryPlan.Find(repository.Path, repository[0], goldens, new(Project: "goldens/")).Project.Should().Be("goldens");
    }

    [Fact]
    public void One_golden_of_this_repository_runs_its_own_theory_alone()
    {
        const string path = "tests/Golden/Weights/SelfTheories.ReplayIsBitwiseEqual_config=ppyolo_r18vd_scenes.verified.golden";
        var plan = TheoryPlan.Find(
            Fixtures.Root,
            Git.Run(Fixtures.Root, "rev-parse", "HEAD"),
            new Dictionary<string, string> { [TheoryResults.NameOf(path)] = path },
            new(Golden: TheoryResults.NameOf(path))
        );

        plan.Project.Should().Be("tests/Alignment");
        plan.Filter.Should().Be("Category=Golden&FullyQualifiedName~SelfTheories.ReplayIsBitwiseEqual&DisplayName~ppyolo_r18vd_scenes");
    }

    [Fact]
    public void Two_at_once_and_no_repository_are_one_line()
    {
        using var repository = new TinyRepository(History(2, (i, commit) => commit with { Run = Runs.Run(i * 0.4) }));
        using var folder = new TemporaryFolder();
        Bisected(repository, "HEAD").Found.Should().BeTrue();

        using (PPYolo.Align.Locks.FolderLock.Take(Path.Combine(repository.Path, ".git", "ppyolo", "bisect")))
        {
            Fails(repository, "HEAD~1", "HEAD", repository.Choice, "*is being written by process*");
        }

        FluentActions
            .Invoking(() => Bisect.Run(folder.Path, "a", "b", new(), TextWriter.Null))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*expected a folder of a git repository*name one with --repository");
    }

    [Fact]
    public async Task What_a_killed_one_left_is_removed_though_it_was_locked()
    {
        using var repository = new TinyRepository(History(2, (i, commit) => commit with { Run = Runs.Run(i * 0.4) }));
        var left = Directory.CreateDirectory(Path.Combine(Temporary, $"ppyolo-bisect-{Guid.NewGuid():N}")).FullName;
        Git.Run(repository.Path, "worktree", "add", "--detach", Path.Combine(left, "tree"), "HEAD");
        Git.Run(repository.Path, "worktree", "lock", Path.Combine(left, "tree"));
        var notes = Directory.CreateDirectory(Path.Combine(repository.Path, ".git", "ppyolo", "bisect")).FullName;
        await File.WriteAllTextAsync(Path.Combine(notes, "work.txt"), left + "\n");

        Bisected(repository, "HEAD").Found.Should().BeTrue();

        Directory.Exists(left).Should().BeFalse();
        RequireNothingLeft(repository);
    }

    [Fact]
    public void Results_that_are_damaged_are_made_again()
    {
        using var repository = new TinyRepository(History(2, (i, commit) => commit with { Run = Runs.Run(i * 0.4) }));
        Bisected(repository, "HEAD").Found.Should().BeTrue();
        foreach (
            var file in Directory.EnumerateFiles(
                Path.Combine(repository.Path, ".git", "ppyolo"),
                "result.json",
                SearchOption.AllDirectories
            )
        )
        {
            File.WriteAllText(file, "{\"version\":1,");
        }

        Bisected(repository, "HEAD").Found.Should().BeTrue();

        repository.Builds.Should().Be(4);
    }

    private static string[] Folders() => Directory.GetDirectories(Temporary, "ppyolo-bisect-*");

    private static (bool Found, string Said) Bisected(TinyRepository repository, string bad)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var first = $"HEAD~{Git.Run(repository.Path, "rev-list", "--count", "HEAD~1")}";
        var found = Bisect.Run(repository.Path, first, bad, repository.Choice, output);
        return (found, output.ToString());
    }

    private void Fails(TinyRepository repository, string good, string bad, TheoryChoice choice, string message)
    {
        FluentActions
            .Invoking(() => Bisect.Run(repository.Path, good, bad, choice, TextWriter.Null))
            .Should()
            .Throw<AlignException>()
            .WithMessage(message)
            .Which.Message.Should()
            .NotContain("\n");
        RequireNothingLeft(repository);
    }

    private void RequireNothingLeft(TinyRepository repository)
    {
        Git.Run(repository.Path, "worktree", "list").Split('\n').Should().ContainSingle("checkouts beside are gone");
        Folders().Except(before).Should().BeEmpty("temporary folders are gone");
        Git.Run(repository.Path, "status", "--porcelain").Should().BeEmpty();
    }
}
