using System.Xml.Linq;
using PPYolo.Align.Explanations;
using PPYolo.Align.Reports;
using PPYolo.Align.Traces;
using PPYolo.Cli.Commands;
using PPYolo.Harness.Checkouts;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Explain.Simulation;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;

namespace PPYolo.Tests.Faults;

/// <summary>ppyolo explain on record folders, tracing itself, and injection.</summary>
public sealed class ExplainCommandTests : IDisposable
{
    private const string WeightKey = "neck.yolo_transition_0.conv.weight";

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Tracing_changes_no_bit()
    {
        var plain = IterationLoop.Execute(Bench.Plan(1) with { Iterations = 2 });
        var traces = new List<IterationTrace>();
        var traced = IterationLoop.Execute(
            Bench.Plan(1) with
            {
                Iterations = 2,
            },
            observe: step => StepTracer.Watch(step, traces.Add, new() { Full = ["*"] })
        );

        traces.Should().HaveCount(2);
        traces[1]
            .Entries.Should()
            .OnlyContain(entry => entry.Key.Phase == TracePhase.Schedule || entry.Key.Phase == TracePhase.Loss || entry.Full != null);
        foreach (var (one, other) in new[] { (plain.Raw, traced.Raw), (plain.Ema, traced.Ema), (plain.Momentum, traced.Momentum) })
        {
            one.Names.Should().Equal(other.Names);
            one.Should().OnlyContain(pair => pair.Value.BitwiseEquals(other[pair.Key]));
        }
    }

    [Fact]
    public void Explains_records_and_says_what_they_lack()
    {
        var right = Record("right", new());
        var wrong = Record("wrong", PlantedFaults.Of("momentum 0.85").Training);
        string html = folder.File("page.html"),
            json = folder.File("report.json"),
            junit = folder.File("junit.xml"),
            floor = folder.File("floor.npz");

        CommandLine
            .Run(["explain", right, wrong, "--twins", "1", "--floor", floor, "--html", html, "--json", json, "--junit", junit])
            .Should()
            .Be(ExitCode.Diverged);
        CommandLine.Run(["explain", right, right, "--floor", floor]).Should().Be(ExitCode.Aligned);
        LoadsTorch(ExitCode.Aligned, right, right, "--floor", floor).Should().BeFalse("nothing is trained");
        LoadsTorch(ExitCode.Diverged, right, wrong, "--floor", floor).Should().BeTrue("causes are tried");

        File.ReadAllText(html)
            .Should()
            .Contain("Momentum is 0.85")
            .And.Contain("the runs part here")
            .And.NotContain("http")
            .And.NotContain("<script");
        using var report = System.Text.Json.JsonDocument.Parse(File.ReadAllText(json));
        report.RootElement.GetProperty("causes")[0].GetProperty("id").GetString().Should().Be("momentum");
        report.RootElement.GetProperty("frontier").GetProperty("phase").GetString().Should().Be("momentum");
        XElement.Load(junit).Descendants("failure").Should().NotBeEmpty();

        // What another implementation leaves: batches and weights.
        foreach (
            var file in Directory
                .EnumerateFiles(wrong)
                .Where(file =>
                    Path.GetFileName(file) is var name
                    && (name.StartsWith("trace", StringComparison.Ordinal) || name.EndsWith(".json", StringComparison.Ordinal))
                )
        )
        {
            File.Delete(file);
        }

        var explanation = ExplainScenario.Run(right, wrong, new() { Floor = floor });

        explanation.Causes.Should().NotBeEmpty().And.Subject.First().Id.Should().Be("momentum", ExplanationText.Format(explanation));
        explanation.Lacked.Should().Contain(line => line.Contains("has no trace", StringComparison.Ordinal));
    }

    /// <summary>Whether the program loads libtorch, which takes a third of a second, when it explains.</summary>
    private static bool LoadsTorch(int exitCode, params string[] arguments)
    {
        var (code, output, errors) = ChildProcess.Run(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "ppyolo.dll"), "explain", .. arguments],
            new Dictionary<string, string> { ["LD_DEBUG"] = "files" }
        );

        code.Should().Be(exitCode, output);
        errors.Should().Contain("libcoreclr.so", "the loader says what it loads");
        return errors.Contains("libtorch_cpu.so", StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_with_nothing_in_them_are_wrong_use()
    {
        CommandLine.Run(["explain", folder.File("absent"), folder.Path]).Should().Be(ExitCode.WrongUse);
        CommandLine.Run(["explain", folder.Path, folder.Path]).Should().Be(ExitCode.WrongUse);
        CommandLine.Run(["explain", folder.Path]).Should().Be(ExitCode.WrongUse);
    }

    [Fact]
    public void Injection_confirms_a_fault_that_enters_in_one_place_only()
    {
        var one = Inject("one weight not loaded", $"Start:{WeightKey}");
        var many = Inject("DropBlock left on", "Forward:*dropblock");

        one.Confirmed.Should().BeTrue();
        one.Key.Name.Should().Be(WeightKey);
        many.Confirmed.Should().BeFalse();
        many.FirstDiffering!.Value.Name.Should().Be("neck.yolo_block_1.conv_module.dropblock");
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Feeds the wrong run's tensor into the right one.</summary>
    private static InjectionResult Inject(string fault, string whole)
    {
        var right = Bench.Right(1);
        var wrong = TracingLoop.Execute(
            Bench.Faulty(PlantedFaults.Of(fault).Training, 1),
            1,
            TestEnvironment.Threads,
            new() { Full = [whole] }
        );
        var frontier = TraceComparison.Of(right.Ranks, wrong, Bench.Floor).Frontier!;
        var laboratory = Laboratory.For(right, TestEnvironment.Threads)!;
        return InjectionCheck.Run(frontier, wrong, (injections, iterations) => laboratory.Run(null, iterations, injections), Bench.Floor)!;
    }

    private string Record(string name, Alteration fault)
    {
        var path = folder.File(name);
        var plan = Bench.Faulty(fault, 1) with { Iterations = 2 };
        RecordingLoop.Execute(plan, "calm", new(path) { Extension = ".npz", Trace = new() });
        return path;
    }
}
