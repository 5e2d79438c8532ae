using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using PPYolo.Align;
using PPYolo.Align.Explanations;
using PPYolo.Align.Formats;
using PPYolo.Align.Reports;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Cli.Commands;
using PPYolo.Data.Batches;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Faults;
using PPYolo.Train.Records;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Faults;

/// <summary>ppyolo explain on folders that have little of a run, and on command lines that ask for what cannot be.</summary>
public sealed class SparseRunTests(SparseRunTests.RightRun run) : IClassFixture<SparseRunTests.RightRun>, IDisposable
{
    // The shortest run in which momentum and the schedule show.
    private const int Iterations = 2;

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void End_weights_alone_are_compared_with_the_end_of_the_other_run()
    {
        var right = run.Path;
        var same = Take("same", right, RunRecord.EndName + ".pth", RunRecord.RawEndName + ".pth");
        var wrong = Take(
            "wrong",
            Record("other", PlantedFaults.Of("momentum 0.85").Training),
            RunRecord.EndName + ".pth",
            RunRecord.LossesFile
        );

        Explain(right, same).Aligned.Should().BeTrue();
        Explain(same, right)
            .Trace.Differences.Select(difference => (difference.Iteration, difference.Key.Phase))
            .Distinct()
            .Should()
            .BeEquivalentTo([(1, TracePhase.Buffers), (1, TracePhase.Weights), (1, TracePhase.End)]);
        Explain(right, wrong).Trace.Exceeding.Should().Contain(difference => difference.Key.Phase == TracePhase.End);
    }

    [Fact]
    public void Where_the_first_run_cannot_be_repeated_the_second_gives_the_floor()
    {
        var right = Take("right", run.Path, [.. Files(run.Path).Where(name => name != TraceFloor.FileName)]);
        var elsewhere = Take("elsewhere", right, RunRecord.StartName + ".pth", RunRecord.RawEndName + ".pth");

        var explanation = Explain(elsewhere, right);

        explanation.FloorSource.Should().Be($"1 perturbed twin of {right}, trained now");
        explanation
            .Lacked.Should()
            .Contain(line => line.EndsWith($"ppyolo explain {right} {elsewhere} tries them on {right}", StringComparison.Ordinal));
        ExplanationText.Format(explanation).Should().NotContain("no noise floor");
    }

    [Fact]
    public void A_rate_that_is_one_step_late_is_named_from_weights_alone()
    {
        // Within the bench's warm-up of four iterations; in the usual one rates of neighbouring steps differ by a thousandth, as noise
        // does.
        var right = run.Path;
        var wrong = Take("wrong", Record("late", OptimizerFaults.RateLate()), RunRecord.RawEndName + ".pth");

        var explanation = Explain(right, wrong);

        explanation.Causes[0].Id.Should().Be("rate-shifted", ExplanationText.Format(explanation));
        explanation.Causes[0].IsReproduced.Should().BeTrue();
    }

    [Fact]
    public void What_cannot_be_written_is_refused_before_anything_is_trained()
    {
        var right = run.Path;
        var written = folder.File("page.html");

        CommandLine
            .Run(["explain", right, right, "--html", written, "--json", folder.File("nowhere", "report.json")])
            .Should()
            .Be(ExitCode.WrongUse);
        CommandLine.Run(["explain", right, right, "--html", written, "--floor", "3"]).Should().Be(ExitCode.WrongUse);

        File.Exists(written).Should().BeFalse();
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(ElementType.Float16, "The moving average was saved in float16 (11 bits).")]
    [InlineData(ElementType.BFloat16, "The moving average was saved in bfloat16 (8 bits).")]
    public void An_average_that_was_saved_in_few_bits_is_named(ElementType type, string title)
    {
        var right = run.Path;
        var wrong = Take("wrong", right, "000.pth", "1__raw.pth", "losses.json");
        Retype(right, wrong, RunRecord.EndName, type);

        var explanation = Explain(right, wrong);

        explanation.Trace.Frontier!.Key.Phase.Should().Be(TracePhase.End);
        explanation.Causes.Should().NotBeEmpty();
        (explanation.Causes[0].Id, explanation.Causes[0].Title, explanation.Causes[0].IsLikely)
            .Should()
            .Be(("end-half-precision", title, true));
    }

    [Fact]
    public void Weights_that_were_saved_in_float64_are_compared()
    {
        var right = run.Path;
        var same = Take("same", right, "000.pth", "losses.json");
        Retype(right, same, RunRecord.EndName, ElementType.Float64);
        Retype(right, same, RunRecord.RawEndName, ElementType.Float64);

        var explanation = Explain(same, right);

        explanation.Aligned.Should().BeTrue();
        explanation.Trace.Differences.Select(difference => difference.Key.Phase).Should().Contain([TracePhase.Weights, TracePhase.End]);
    }

    [Fact]
    public void An_average_that_was_kept_in_few_bits_is_named_from_files_alone()
    {
        var right = run.Path;
        var wrong = Take(
            "wrong",
            Record("half", AverageFaults.Rounded(TorchSharp.torch.ScalarType.Float16)),
            "000.pth",
            "1__.pth",
            "1__raw.pth",
            "losses.json"
        );

        var causes = Explain(right, wrong).Causes;

        causes.Should().NotBeEmpty();
        (causes[0].Id, causes[0].IsReproduced).Should().Be(("ema-half-precision", true));
    }

    [Fact]
    public void A_file_that_says_something_else_than_the_trace_is_no_verdict()
    {
        var right = run.Path;
        var files = Files(right);
        foreach (
            var (name, iteration, phase) in new[]
            {
                (RunRecord.StartName, 0, "start"),
                (RunRecord.RawEndName, 1, "weights"),
                (RunRecord.MomentumName, 1, "momentum"),
            }
        )
        {
            var other = Take(name, right, files);
            Retype(right, other, name, ElementType.Float16);
            File.Delete(Path.Combine(other, name + ".pth"));

            Refuses(right, other, $"*{name}.safetensors: expected what * trace has of iteration {iteration}, found other * '{phase} *");
        }

        foreach (var (name, phase) in new[] { ("image", "data"), ("gt_bbox", "data"), ("target1", "data"), ("loss_obj", "loss") })
        {
            var other = Take(name, right, files);
            AddOneTo(Path.Combine(other, RecordedBatches.FileName(1, 0)), name);

            Refuses(right, other, $"*batch00001_rank00.npz: expected what * of iteration 1, found other numbers in '{phase} {name}' by*");
        }

        foreach (
            var (name, found) in new[] { ("loss_xy", "loss loss_xy"), ("total_loss", "loss total_loss"), ("learningRate", "schedule rate") }
        )
        {
            var other = Take($"{name} of losses", right, files);
            var file = Path.Combine(other, RunRecord.LossesFile);
            var losses = JsonNode.Parse(File.ReadAllText(file))!;
            var last = losses["iterations"]![1]!;
            (name.Contains('_') ? last["losses"]! : last)[name] = 0.125;
            File.WriteAllText(file, losses.ToJsonString());

            Refuses(right, other, $"*losses.json: expected what * of iteration 1, found other numbers in '{found}' by*");
        }

        var flat = Take("flat", right, files);
        Change(
            Path.Combine(flat, RecordedBatches.FileName(1, 0)),
            "image",
            tensor => new(tensor.Type, [tensor.Count], tensor.Bytes.ToArray())
        );
        Refuses(right, flat, "*batch00001_rank00.npz: expected what * of iteration 1, found other numbers in 'data image' by*");

        var beside = Take("beside", right, [.. files.Where(file => file.StartsWith("batch", StringComparison.Ordinal)), "losses.json"]);
        AddOneTo(Path.Combine(beside, RecordedBatches.FileName(1, 0)), "loss_obj");
        Refuses(right, beside, "*batch00001_rank00.npz: expected loss_obj *, as losses.json has it, found *");
    }

    private static void Refuses(string right, string other, string message) =>
        FluentActions.Invoking(() => Explain(right, other)).Should().Throw<AlignException>(other).WithMessage(message);

    private static void AddOneTo(string file, string name) =>
        Change(
            file,
            name,
            tensor =>
            {
                var bytes = tensor.Bytes.ToArray();
                MemoryMarshal.Cast<byte, float>(bytes.AsSpan())[0] += 1;
                return new(tensor.Type, tensor.Shape.AsSpan(), bytes);
            }
        );

    private static void Change(string file, string name, Func<TensorData, TensorData> change)
    {
        var changed = new NamedTensors();
        using (var tensors = Npz.Read(file))
        {
            foreach (var (key, tensor) in tensors)
            {
                changed.Add(key, key == name ? change(tensor) : new(tensor.Type, tensor.Shape.AsSpan(), tensor.Bytes.ToArray()));
            }
        }

        Npz.Write(file, changed);
    }

    private static void Retype(string from, string to, string name, ElementType type)
    {
        using var tensors = TensorFile.Read(Path.Combine(from, name + ".pth"));
        TensorFile.Write(Path.Combine(to, name + ".safetensors"), tensors.WithFloats(type, out _));
    }

    private static Explanation Explain(string first, string second) =>
        ExplainScenario.Run(first, second, new() { Threads = TestEnvironment.Threads, Twins = 1 });

    /// <summary>What another implementation might leave.</summary>
    private string Take(string name, string record, params string[] files)
    {
        var path = folder.Folder(name);
        foreach (var file in files)
        {
            File.Copy(Path.Combine(record, file), Path.Combine(path, file));
        }

        return path;
    }

    private static string[] Files(string record) => [.. Directory.EnumerateFiles(record).Select(path => Path.GetFileName(path))];

    private string Record(string name, Alteration fault)
    {
        var path = folder.File(name);
        RecordingLoop.Execute(Bench.Faulty(fault, 1) with { Iterations = Iterations }, "calm", new(path) { Trace = new() });
        return path;
    }

    /// <summary>The right training with its trace and floor, made once and only read.</summary>
    public sealed class RightRun : IDisposable
    {
        private readonly TemporaryFolder folder = new();

        public RightRun() =>
            RecordingLoop.Execute(Bench.Plan(1) with { Iterations = Iterations }, "calm", new(Path) { Trace = new(), Twins = 1 });

        public string Path => folder.File("right");

        public void Dispose() => folder.Dispose();
    }
}
