using System.Text.Json.Nodes;
using PPYolo.Align;
using PPYolo.Align.Explanations;
using PPYolo.Align.Records;
using PPYolo.Align.Reports;
using PPYolo.Align.Traces;
using PPYolo.Cli.Commands;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Replay;
using PPYolo.Train.Records;

namespace PPYolo.Tests.Faults;

/// <summary>What is not there is not agreement: ppyolo explain refuses, or says what it did not compare.</summary>
public sealed class AbsenceTests(AbsenceTests.TwoIterations recorded) : IClassFixture<AbsenceTests.TwoIterations>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("start weights alone", "only start, which are the same")]
    [InlineData("start weights and batches alone", "only start, data, which are the same")]
    [InlineData("a batch deleted", "batch00001_rank00.npz: not found, and case.json declares 2 iterations")]
    [InlineData("a trace deleted", "trace00001_rank00.npz: not found, and case.json declares")]
    [InlineData("a trace without a phase", "trace00001_rank00.npz: expected backward in it")]
    [InlineData("end weights deleted", "1__.pth|.safetensors|.npz: not found, and case.json declares it")]
    [InlineData("losses deleted", "losses.json: not found")]
    [InlineData("losses of one iteration", "expected 2 iterations, as case.json declares, found 1")]
    [InlineData("losses of another version", "expected version 1, found 7")]
    [InlineData("version 1 and a trace deleted", "trace00001_rank00.npz: not found")]
    [InlineData("a later version", "expected format ppyolo-record, version 1 or 2; found ppyolo-record, version 3")]
    [InlineData("a run that died", "the record is not finished")]
    public void Is_no_verdict(string what, string message)
    {
        var right = recorded.Path;
        var other = Copy(right, "other");
        string file(string name) => Path.Combine(other, name);
        switch (what)
        {
            case "start weights alone":
            case "start weights and batches alone":
                foreach (var path in Directory.EnumerateFiles(other).Where(path => Path.GetFileName(path) != "000.pth"))
                {
                    if (what == "start weights alone" || !Path.GetFileName(path).StartsWith("batch", StringComparison.Ordinal))
                    {
                        File.Delete(path);
                    }
                    else
                    {
                        WithoutLosses(path);
                    }
                }

                break;
            case "a batch deleted":
                File.Delete(file("batch00001_rank00.npz"));
                break;
            case "version 1 and a trace deleted":
                Change(file("case.json"), head => AsVersion1(head));
                File.Delete(file("trace00001_rank00.npz"));
                break;
            case "a trace deleted":
                File.Delete(file("trace00001_rank00.npz"));
                break;
            case "a trace without a phase":
                var trace = new IterationTrace(1);
                foreach (var entry in TraceFile.Read(other).Iterations[1].Entries.Where(entry => entry.Key.Phase != TracePhase.Backward))
                {
                    trace.Add(entry);
                }

                TraceFile.Write(other, 0, trace);
                break;
            case "end weights deleted":
                File.Delete(file("1__.pth"));
                break;
            case "losses deleted":
                File.Delete(file("losses.json"));
                break;
            case "losses of one iteration":
                Change(file("losses.json"), log => log["iterations"]!.AsArray().RemoveAt(1));
                break;
            case "losses of another version":
                Change(file("losses.json"), log => log["version"] = 7);
                break;
            case "a later version":
                Change(file("case.json"), head => head["version"] = 3);
                break;
            default:
                File.Delete(file("case.json"));
                File.Delete(file("losses.json"));
                File.Delete(file("1__.pth"));
                File.WriteAllText(file(RecordFolder.UnfinishedFile), "");
                break;
        }

        foreach (var (first, second) in new[] { (right, other), (other, right) })
        {
            var explaining = () => Explain(first, second);
            explaining.Should().Throw<AlignException>().Which.Message.Should().Contain(message);
        }

        CommandLine.Run(["explain", right, other, "--twins", "0"]).Should().Be(ExitCode.WrongUse);
    }

    [Fact]
    public void A_shorter_run_is_compared_over_what_both_have_and_the_verdict_begins_with_it()
    {
        var explanation = Explain(Record("right", 3), recorded.Path);

        ExplanationText
            .Summary(explanation)
            .Should()
            .StartWith("ALIGNED over iterations 0 to 1, all that the second run has of the 3 of the other: none of ");
        explanation.Trace.NotCompared[0].What.Should().Be("iteration 2 of the first run");
        explanation.Trace.NotCompared.Sum(part => part.Share).Should().BeInRange(0.3, 0.6);
    }

    [Fact]
    public void What_one_run_alone_declares_is_not_compared_and_listed_with_its_share()
    {
        var right = recorded.Path;
        var other = Copy(right, "other");
        var modules = JsonNode.Parse(File.ReadAllText(Path.Combine(other, "case.json")))!["recorded"]!["modules"]!.AsArray();
        var unwatched = modules[3]!.GetValue<string>();
        var trace = TraceFile.Read(other);
        foreach (var iteration in trace.Iterations)
        {
            var less = new IterationTrace(iteration.Iteration);
            foreach (var entry in iteration.Entries.Where(entry => entry.Key.Name != unwatched))
            {
                less.Add(entry);
            }

            TraceFile.Write(other, 0, less);
        }

        // It was watched, and is not there.
        Explain(right, other).Trace.Frontier!.Note.Should().Be("missing in the second run");

        // A recorder that does not watch it, of a trainer that is not this program.
        File.WriteAllText(
            Path.Combine(other, "case.json"),
            new JsonObject
            {
                ["format"] = "ppyolo-record",
                ["version"] = 2,
                ["seed"] = "1",
                ["iterations"] = 2,
                ["ranks"] = 1,
                ["recorded"] = new JsonObject
                {
                    ["trace"] = new JsonArray("start", "data", "forward", "backward", "momentum", "weights"),
                    ["modules"] = new JsonArray([.. modules.Select(name => name!.GetValue<string>()).Where(name => name != unwatched)]),
                },
            }.ToJsonString()
        );
        foreach (var (first, second) in new[] { (right, other), (other, right) })
        {
            var explanation = Explain(first, second);

            explanation.Aligned.Should().BeTrue(ExplanationText.Format(explanation));
            explanation
                .Trace.NotCompared.Select(part => part.What)
                .Should()
                .Contain($"forward of modules that were watched in the {(first == right ? "first" : "second")} run alone");
            ExplanationText.Summary(explanation).Should().Contain("% of what was recorded is in one run alone and was not compared.");
        }
    }

    [Fact]
    public void A_record_of_version_1_is_read_and_said_to_declare_nothing()
    {
        var right = recorded.Path;
        var old = Copy(right, "old");
        Change(Path.Combine(old, "case.json"), head => AsVersion1(head));
        File.Delete(Path.Combine(old, "1__momentum.pth"));

        var explanation = Explain(right, old);

        explanation.Aligned.Should().BeTrue();
        explanation.Lacked.Should().Contain(line => line.Contains("of version 1, which does not say what was recorded"));
        RunRecord.Open(old).Case.Iterations.Should().Be(2);
    }

    /// <summary>An average loss that is off by a thousandth leaves weights within the flat bound.</summary>
    [Fact]
    public void A_record_that_is_taken_for_a_reference_is_held_to_losses_and_movement()
    {
        var record = Copy(recorded.Path, "record");
        CommandLine.Run(["align", "reference", record]).Should().Be(ExitCode.Aligned);
        Change(
            Path.Combine(record, "losses.json"),
            log =>
            {
                var losses = log["iterations"]![1]!["losses"]!;
                losses["total_loss"] = losses["total_loss"]!.GetValue<float>() * 1.001f;
            }
        );

        CommandLine.Run(["align", "reference", record]).Should().Be(ExitCode.Diverged);

        var plan = Bench.Faulty(PlantedFaults.Of("learning rate applied twice").Training, 1) with { Iterations = 2 };
        var wrong = folder.File("wrong");
        RecordingLoop.Execute(plan, "calm", new(wrong));
        var verdict = ReplayScenario.Run(wrong, TorchSharp.torch.CPU, new(), write: false, asReference: true)!;

        verdict.Checks.Single(check => check.Name == "weights").Passed.Should().BeTrue("the flat bound sees nothing");
        verdict.Failures.Select(check => check.Name).Should().Contain("difference against movement");
    }

    public void Dispose() => folder.Dispose();

    private static Explanation Explain(string first, string second) =>
        ExplainScenario.Run(first, second, new() { Threads = TestEnvironment.Threads, Twins = 0 });

    private static void Change(string path, Action<JsonObject> change)
    {
        var document = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(document);
        File.WriteAllText(path, document.ToJsonString());
    }

    private static void AsVersion1(JsonObject head)
    {
        head["version"] = 1;
        head.Remove("recorded");
    }

    private static void WithoutLosses(string path)
    {
        var inputs = new PPYolo.Align.Tensors.NamedTensors();
        foreach (var (name, tensor) in PPYolo.Align.Formats.Npz.Read(path))
        {
            if (!name.StartsWith("loss", StringComparison.Ordinal))
            {
                inputs.Add(name, tensor);
            }
        }

        PPYolo.Align.Formats.Npz.Write(path, inputs);
    }

    /// <summary>A record with a trace, made once and only read.</summary>
    public sealed class TwoIterations : IDisposable
    {
        private readonly TemporaryFolder folder = new();

        public TwoIterations() => RecordingLoop.Execute(Bench.Plan(1) with { Iterations = 2 }, "calm", new(Path) { Trace = new() });

        public string Path => folder.File("record");

        public void Dispose() => folder.Dispose();
    }

    private string Copy(string record, string name)
    {
        var path = folder.Folder(name);
        foreach (var file in Directory.EnumerateFiles(record))
        {
            File.Copy(file, Path.Combine(path, Path.GetFileName(file)));
        }

        return path;
    }

    private string Record(string name, int iterations)
    {
        var path = folder.File(name);
        RecordingLoop.Execute(Bench.Plan(1) with { Iterations = iterations }, "calm", new(path) { Trace = new() });
        return path;
    }
}
