using System.Text;
using PPYolo.Align;
using PPYolo.Align.Json;
using PPYolo.Align.Traces;
using PPYolo.Cli.Commands;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Reduction;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Train.Options;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Faults;

/// <summary>
/// Differences shrunk to a module and few images. PPYOLO_FAULTS=1 shrinks all planted faults whose place is a module (so does =reduce), and
/// makes the table of docs/reduce.md; otherwise a core of them.
/// </summary>
public sealed class ReductionTests : IDisposable
{
    private static readonly bool Whole = Environment.GetEnvironmentVariable("PPYOLO_FAULTS") is "1" or "reduce";

    private static readonly TracePhase[] OfModules = [TracePhase.Forward, TracePhase.Buffers, TracePhase.Loss, TracePhase.Backward];

    /// <summary>As this was built: bin/Release/net10.0.</summary>
    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private readonly TemporaryFolder folder = new();

    /// <summary>A few, of different places: the first is of the losses, the others of modules.</summary>
    private static readonly string[] Core =
    [
        "scale_x_y ignored",
        "norm momentum 0.01",
        "DropBlock left on",
        "an activation missing",
        "one norm sees each image alone",
    ];

    [Fact]
    public void Planted_faults_are_shrunk_to_two_layers_and_two_images_in_the_median()
    {
        var faults = PlantedFaults
            .All.Concat(BlindFaults.All)
            .Where(fault => fault.Ranks == 1 && OfModules.Contains(Phase(fault)))
            .Where(fault => Whole || Core.Contains(fault.Name))
            .ToList();

        var shrunk = faults.ConvertAll(Shrunk);

        faults.Should().HaveCountGreaterThanOrEqualTo(Core.Length);
        // What is not shrunk counts as infinitely large.
        Median(shrunk.ConvertAll(facts => facts?.Layers)).Should().BeLessThanOrEqualTo(2);
        Median(shrunk.ConvertAll(facts => facts?.Images.Count)).Should().BeLessThanOrEqualTo(2);
    }

    private static int Median(List<int?> sizes) => sizes.ConvertAll(size => size ?? int.MaxValue).Order().ElementAt(sizes.Count / 2);

    private ReductionFacts? Shrunk(PlantedFault fault)
    {
        var row = new StringBuilder($"| {fault.Name} | ");
        ReducedDifference? reduced;
        try
        {
            reduced = Reduce(fault);
        }
        catch (AlignException error) when (Whole)
        {
            reduced = null;
            error.Message.Should().Contain("20 MB");
        }

        if (reduced is null)
        {
            Say(row.Append("none | | | |"));
            Whole.Should().BeTrue("{0} is shrunk", fault.Name);
            return null;
        }

        var (facts, output) = (reduced.Facts, folder.File(Guid.NewGuid().ToString("N")));
        ReductionFolder.Write(output, reduced, StrictJson.Text(Bench.Plan(fault.Case, 1).Options), ("right", "wrong"), []);
        var bytes = Directory.GetFiles(output).Sum(file => new FileInfo(file).Length);
        Say(row.Append($"{facts.Module} | {facts.Layers} | {facts.Images.Count} | {bytes / 1000} |"));
        bytes.Should().BeLessThan(Reducer.MostBytes);

        // The right program computes what is expected.
        ReducedModule.Differences(output).Should().BeEmpty(fault.Name);
        Directory.Delete(output, recursive: true);
        return facts;
    }

    [Fact]
    public async Task Writes_a_test_that_is_red_with_the_difference_and_green_without_it()
    {
        string right = Record("right", options => options),
            wrong = Record("wrong", options => options with { DropBlock = true }),
            reduced = folder.File("reduced"),
            settings = Path.Combine(reduced, "settings.json");

        CommandLine.Run(["explain", right, wrong, "--twins", "1", "--reduce", reduced]).Should().Be(ExitCode.Diverged);
        Directory.GetFileSystemEntries(folder.Path).Should().HaveCount(3, "nothing is left beside what was written");
        var red = await Test();
        red.ExitCode.Should().Be(1, red.Output);
        red.Output.Should().Contain("Failed Reduced.ReducedModuleTests.Computes_what_is_expected").And.Contain("dropblock: differs by");

        var text = await File.ReadAllTextAsync(settings);
        text.Should().Contain("\"dropBlock\": true");
        await File.WriteAllTextAsync(settings, text.Replace("\"dropBlock\": true", "\"dropBlock\": false", StringComparison.Ordinal));
        var green = await Test("--no-build");
        green.ExitCode.Should().Be(0, green.Output);

        // What is there is never written over.
        var before = Directory.GetLastWriteTimeUtc(reduced);
        CommandLine.Run(["explain", right, wrong, "--twins", "1", "--reduce", reduced]).Should().Be(ExitCode.WrongUse);
        Directory.GetLastWriteTimeUtc(reduced).Should().Be(before);

        Task<(int ExitCode, string Output)> Test(params string[] more) =>
            // The projects of src are built already, and others may be using them.
            Dotnet.Run(
                ["test", reduced, "-c", Configuration, $"-p:PPYoloRoot={Fixtures.Root}", "-p:BuildProjectReferences=false", .. more],
                new Dictionary<string, string>()
            );
    }

    [Fact]
    public void Cuts_a_record_of_another_program_to_the_images_that_stand_for_themselves()
    {
        var fault = PlantedFaults.All.Concat(BlindFaults.All).Single(one => one.Name == "shortcut pools by the maximum");
        const string Place = "backbone.res5.res5a.short.pool";
        string right = Record("right", options => options),
            bare = Record("bare", options => options, fault.Training),
            whole = Record("whole", options => options, fault.Training, $"forward:{Place}"),
            reduced = folder.File("reduced");

        // The program that made it did something else, so that this one does not repeat it.
        FluentActions.Invoking(() => Reduce(right, bare, reduced)).Should().Throw<AlignException>().WithMessage("*--trace-full*");
        Directory.Exists(reduced).Should().BeFalse();
        CommandLine.Run(["explain", right, whole, "--twins", "1", "--reduce", reduced]).Should().Be(ExitCode.Diverged);

        var facts = StrictJson.Parse<ReductionFacts>(File.ReadAllText(Path.Combine(reduced, "reduce.json")), "reduce.json");
        facts.Module.Should().Be(Place);
        facts.Images.Should().ContainSingle();
        ReducedModule.Differences(reduced).Should().BeEmpty("this program is right");
        // Seen from the other side this program is wrong.
        var turned = folder.File("turned");
        Reduce(whole, right, turned);
        ReducedModule.Differences(turned).Should().ContainSingle().Which.Should().Contain(Place);
    }

    [Fact]
    public void Refuses_a_place_that_is_no_modules()
    {
        string right = Record("right", options => options),
            wrong = Record("wrong", options => options with { Momentum = 0.85 });

        CommandLine.Run(["explain", right, wrong, "--twins", "1", "--reduce", folder.File("out")]).Should().Be(ExitCode.WrongUse);
        Directory.Exists(folder.File("out")).Should().BeFalse();
    }

    public void Dispose() => folder.Dispose();

    private string Record(string name, Func<TrainOptions, TrainOptions> change, Alteration? fault = null, params string[] whole) =>
        BenchRecord.Write(folder.File(name), change, fault, whole);

    /// <summary>As ppyolo explain --reduce, without trying causes out, which take most of its time.</summary>
    private static void Reduce(string first, string second, string output)
    {
        var (a, b) = ExplainedRunFolder.Read(first, second);
        using var start = a.Start;
        using var other = b.Start;
        var options = new ExplainOptions { Threads = TestEnvironment.Threads, Twins = 1 };
        ReduceScenario.Run(first, second, Explainer.Explain(a, b, Bench.Floor, laboratory: null), options, output);
    }

    private static TracePhase Phase(PlantedFault fault) =>
        Enum.TryParse<TracePhase>(fault.Frontier.Split(' ')[1], ignoreCase: true, out var phase) ? phase : TracePhase.End;

    private static void Say(StringBuilder row)
    {
        if (Environment.GetEnvironmentVariable("PPYOLO_REDUCE_TABLE") is { } table)
        {
            File.AppendAllText(table, row.Append('\n').ToString());
        }
    }

    private static ReducedDifference? Reduce(PlantedFault fault)
    {
        var plan = Bench.Plan(fault.Case, 1);
        var (right, wrong) = (plan, plan.With(fault.Training));
        var (a, b) = (Trace(right), Trace(wrong));
        if (TraceComparison.Of(a, b, Bench.FloorOf(fault.Case)).Frontier is not { } frontier)
        {
            return null;
        }

        using ReducibleRun one = new(right, frontier.Iteration),
            other = new(wrong, frontier.Iteration);
        return new Reducer(one, one, other, plan.Seed).Reduce(frontier.Key, a[0].Iterations[frontier.Iteration]);
    }

    private static IReadOnlyList<RunTrace> Trace(RunPlan plan) => TracingLoop.Execute(plan, 1, TestEnvironment.Threads);
}
