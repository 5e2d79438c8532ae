using PPYolo.Align;
using PPYolo.Align.Explanations;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;
using PPYolo.Harness.Checkouts;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Reduction;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Faults;

/// <summary>Differences of two commits, shrunk by the programs of both.</summary>
public sealed class CommitReductionTests : IDisposable
{
    // Its difference is a running statistic, which no record keeps whole.
    private const string Fault = "norm momentum 0.01",
        FaultFile = "fault.txt";

    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private readonly TemporaryFolder folder = new();
    private readonly List<string> trees = [];
    private readonly List<IDisposable> sides = [];
    private Explanation? explanation;

    [Fact]
    public void Shrinks_by_the_programs_of_both_commits_and_leaves_nothing()
    {
        var (repository, good, bad) = Repository();
        var said = new List<string>();

        Reduce(new(repository, "HEAD~1..HEAD", said.Add) { Side = Standing }, "small")
            .Should()
            .StartWith("reduced: backbone.conv1.conv1_1, 1 of ");

        said.Should().Equal([$"building {good[..7]} none", $"building {bad[..7]} {Fault}"]);
        var facts = StrictJson.Parse<ReductionFacts>(File.ReadAllText(folder.File("small", "reduce.json")), "reduce.json");
        facts.Module.Should().Be("backbone.conv1.conv1_1");
        facts.Bounds.Should().Contain(tensor => tensor.Name.EndsWith("running_mean", StringComparison.Ordinal));
        ReducedModule.Differences(folder.File("small")).Should().BeEmpty("this program is right");
        RequireNothingLeft(repository);

        // Turned round, what is expected is the wrong one.
        Reduce(new(repository, "HEAD..HEAD~1", said.Add) { Side = Standing }, "turned");
        ReducedModule.Differences(folder.File("turned")).Should().Contain(line => line.Contains("running_mean"));
    }

    [Fact]
    public void Commits_that_are_none_or_do_not_build_are_one_line_and_leave_nothing()
    {
        var (repository, good, _) = Repository();

        Fails("HEAD", "--commits HEAD: expected GOOD..BAD*");
        Fails("HEAD...HEAD~1", "--commits HEAD...HEAD~1: expected GOOD..BAD*");
        Fails("HEAD..HEAD", "--commits HEAD..HEAD: both are *");
        Fails("HEAD~7..HEAD", "--commits HEAD~7: * has no such commit*");
        // It has no src/Train.
        Fails("HEAD~1..HEAD", $"--commits: a program that runs modules of commit {good[..10]} does not build: *");

        void Fails(string range, string message)
        {
            FluentActions
                .Invoking(() => Reduce(new(repository, range, _ => { }), "out"))
                .Should()
                .Throw<AlignException>()
                .WithMessage(message);
            Directory.Exists(folder.File("out")).Should().BeFalse();
            RequireNothingLeft(repository);
        }
    }

    [Fact]
    public void The_program_of_a_checkout_computes_what_this_one_does()
    {
        const string Module = "backbone.res4.res4a.short.pool";
        var plan = Bench.Plan(1);
        using var own = new ReducibleRun(plan, 0);
        var inputs = own.Inputs([Module])[Module];
        var side = ProgramSide.Build(
            Fixtures.Root,
            folder.File("runner"),
            StrictJson.Text(plan.Options),
            plan.Seed,
            0,
            "this checkout",
            // The projects of src are built already, and others may be using them.
            "-p:BuildProjectReferences=false",
            $"-p:Configuration={Configuration}"
        );

        using var found = side.Run(Module, inputs, [], [0, 1])!;
        using var expected = own.Run(Module, inputs, [], [0, 1]);

        found.Names.Should().Equal(expected.Names).And.HaveCountGreaterThan(1);
        found.Names.Should().OnlyContain(name => ReducedModule.Distance(expected, found, name) < Reducer.LeastBound);
        side.Run(Module, new NamedTensors { { "input0", TensorData.Of<float>([1f], 1) } }, [], null).Should().BeNull("it is no map");
        side.Invoking(it => it.Run("no.such", inputs, [], null))
            .Should()
            .Throw<AlignException>()
            .WithMessage("--commits: this checkout does not run module no.such: *has no module 'no.such'*");
    }

    public void Dispose()
    {
        sides.ForEach(side => side.Dispose());
        folder.Dispose();
    }

    private string Reduce(ReducedCommits commits, string output)
    {
        var (right, wrong) = (folder.File("right"), folder.File("wrong"));
        var options = new ExplainOptions { Threads = TestEnvironment.Threads, Twins = 1 };
        if (explanation is null)
        {
            BenchRecord.Write(right);
            BenchRecord.Write(wrong, fault: PlantedFaults.Of(Fault).Training);
            explanation = ExplainScenario.Run(right, wrong, options);
        }

        return ReduceScenario.Run(right, wrong, explanation, options, folder.File(output), commits);
    }

    /// <summary>Instead of a program that is built: this one, with the fault that the checkout names.</summary>
    private ReducibleRun Standing(string tree)
    {
        trees.Add(tree);
        var fault = File.ReadAllText(Path.Combine(tree, FaultFile)).Trim();
        var run = new ReducibleRun(Bench.Plan(1).With(fault == "none" ? Alteration.None : PlantedFaults.Of(fault).Training), 0);
        sides.Add(run);
        return run;
    }

    /// <summary>Two commits, of which the second has a fault.</summary>
    private (string Path, string Good, string Bad) Repository()
    {
        var path = folder.Folder("repository");
        Git.Run(path, "init", "-q");
        foreach (var fault in new[] { "none", Fault })
        {
            File.WriteAllText(Path.Combine(path, FaultFile), fault);
            Git.Run(path, "add", ".");
            Git.Run(path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", fault);
        }

        return (path, Git.Run(path, "rev-parse", "HEAD~1"), Git.Run(path, "rev-parse", "HEAD"));
    }

    private void RequireNothingLeft(string repository)
    {
        Git.Run(repository, "worktree", "list").Split('\n').Should().ContainSingle("only the repository itself is checked out");
        trees.Where(tree => Directory.Exists(Path.GetDirectoryName(tree))).Should().BeEmpty();
    }
}
