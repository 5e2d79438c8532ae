using PPYolo.Align;
using PPYolo.Align.Json;
using PPYolo.Align.Records;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;

namespace PPYolo.Tests.Unit.Align.Records;

/// <summary>A record of a trainer of which the library knows nothing.</summary>
public sealed class RecordFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(".pth")]
    [InlineData(".safetensors")]
    [InlineData(".npz")]
    public void Reads_what_was_written(string extension)
    {
        var record = Write(extension);

        RecordFolder.IsAt(folder.Path, "other-trainer").Should().BeTrue();
        RecordFolder.IsAt(folder.Path, "another-trainer").Should().BeFalse();
        var head = StrictJson.Parse<RecordHead>(File.ReadAllText(folder.File("case.json")), "case.json");
        head.Should().BeEquivalentTo(Head(extension) with { Recorded = head.Recorded });
        head.Recorded.Should()
            .BeEquivalentTo(
                new RecordedParts
                {
                    Batches = true,
                    Losses = true,
                    Weights = ["000", "gradients0", "1__", "1__raw", "1__momentum"],
                    Trace = [TracePhase.Start, TracePhase.Loss],
                    Modules = ["a"],
                }
            );
        record.RequireDeclared();
        folder
            .Names()
            .Should()
            .Equal(
                $"000{extension}",
                $"1__{extension}",
                $"1__momentum{extension}",
                $"1__raw{extension}",
                "batch00000_rank00.npz",
                "case.json",
                $"gradients0{extension}",
                "losses.json",
                "trace00000_rank00.npz"
            );
        record.RequireBatches();
        Value(record.ReadStart()).Should().Be(1);
        Value(record.Read(RecordFolder.EndName)).Should().Be(2);
        Value(record.Read(RecordFolder.RawEndName)).Should().Be(3);
        Value(record.Read(RecordFolder.MomentumName)).Should().Be(4);
        Value(record.Read(RecordFolder.GradientsName)).Should().Be(5);
        record.ReadLosses().Iterations.Should().ContainSingle().Which.Losses["loss_a"].Should().Be(0.5f);
    }

    [Fact]
    public void What_is_missing_or_changed_is_named()
    {
        var record = Write(".npz");
        File.Delete(folder.File("losses.json"));
        File.Delete(folder.File("1__.npz"));
        File.Delete(folder.File("batch00000_rank00.npz"));
        File.Copy(folder.File("1__raw.npz"), folder.File("000.npz"), overwrite: true);

        Message(() => record.ReadLosses()).Should().Be($"{folder.File("losses.json")}: not found; record the run again");
        Message(() => record.Read(RecordFolder.EndName)).Should().Be($"{folder.File("1__")}.pth|.safetensors|.npz: not found");
        Message(record.RequireBatches)
            .Should()
            .StartWith($"{folder.File("batch00000_rank00.npz")}: not found, and case.json declares 1 iterations on 1 rank");
        Message(() => record.ReadStart()).Should().StartWith($"{folder.File("000.npz")}: expected start weights of SHA-256 ");
        Message(() => new RecordWriter(folder.Path, ".npz").Prepare()).Should().Contain("has something in it");
    }

    [Theory]
    [InlineData("1__.npz", "1__*not found, and case.json declares it")]
    [InlineData("gradients0.npz", "gradients0*not found, and case.json declares it")]
    [InlineData("losses.json", "losses.json: not found")]
    [InlineData("batch00000_rank00.npz", "batch00000_rank00.npz: not found, and case.json declares 1 iterations on 1 rank")]
    [InlineData("trace00000_rank00.npz", "trace00000_rank00.npz: not found, and case.json declares")]
    public void What_is_declared_must_be_there(string file, string message)
    {
        var record = Write(".npz");
        File.Delete(folder.File(file));

        var requiring = record.RequireDeclared;

        requiring.Should().Throw<AlignException>().WithMessage($"*{message}*");
    }

    [Theory]
    [InlineData("""{"version":1,"iterations":[]}""", "found none")]
    [InlineData("", "losses.json")]
    [InlineData("""{"version":2,"iterations":[]}""", "expected version 1, found 2")]
    [InlineData("""{"version":1,"iterations":[{"iteration":-1,"size":1,"learningRate":0,"losses":{}}]}""", "found -1 in the place of 0")]
    [InlineData(
        """{"version":1,"iterations":[{"iteration":0,"size":1,"learningRate":0,"losses":{}},"""
            + """{"iteration":0,"size":1,"learningRate":0,"losses":{}}]}""",
        "found 0 in the place of 1"
    )]
    [InlineData(
        """{"version":1,"iterations":[{"iteration":0,"size":1,"learningRate":0,"losses":{}},"""
            + """{"iteration":1,"size":1,"learningRate":0,"losses":{}}]}""",
        "expected 1 iterations, as case.json declares, found 2"
    )]
    [InlineData("""{"version":1,"iterations":[{"iteration":0,"iteration":0,"size":1,"learningRate":0,"losses":{}}]}""", "losses.json")]
    public void Losses_are_of_each_iteration_once(string text, string message)
    {
        var record = Write(".npz");
        File.WriteAllText(folder.File("losses.json"), text);

        var requiring = record.RequireDeclared;

        requiring.Should().Throw<AlignException>().WithMessage($"*{message}*");
    }

    [Theory]
    [InlineData(3, 1, 1, "expected format other-trainer, version 1 or 2; found other-trainer, version 3")]
    [InlineData(2, 0, 1, "expected 1 rank and 1 iteration or more")]
    [InlineData(2, 1, 0, "expected 1 rank and 1 iteration or more")]
    public void Heads_that_are_no_runs_are_refused(int version, int ranks, int iterations, string message)
    {
        var head = Head(".npz") with { Version = version, Ranks = ranks, Iterations = iterations, Recorded = new() };

        FluentActions
            .Invoking(() => head.Require("other-trainer", "case.json"))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"*{message}*");
        var undeclared = head with { Version = 2, Ranks = 1, Iterations = 1, Recorded = null };
        FluentActions.Invoking(() => undeclared.Require("other-trainer", "x")).Should().Throw<AlignException>().WithMessage("*'recorded'*");
    }

    public void Dispose() => folder.Dispose();

    private static string Message(Action action) => action.Should().Throw<AlignException>().Which.Message;

    private static NamedTensors Tensors(float value) => new() { { "x", TensorData.Scalar(value) } };

    private static float Value(NamedTensors tensors) => tensors["x"].As<float>()[0];

    private static RecordHead Head(string extension) =>
        new()
        {
            Format = "other-trainer",
            Version = RecordHead.CurrentVersion,
            Seed = "1",
            Iterations = 1,
            Ranks = 1,
            StartWeights = "000" + extension,
            StartWeightsSha256 = TensorDigest.Of(Tensors(1)),
        };

    private RecordFolder Write(string extension)
    {
        var writer = new RecordWriter(folder.Path, extension);
        writer.Prepare();
        writer.Start(Tensors(1)).Should().Be("000" + extension);
        writer.Batch(0, 0, Tensors(6));
        writer.Losses(new(0, 64, 0.1, new Dictionary<string, float>(StringComparer.Ordinal) { ["loss_a"] = 0.5f }));
        RecordFolder.IsUnfinished(folder.Path).Should().BeTrue();
        writer.Gradients(Tensors(5));
        var trace = new IterationTrace(0);
        trace.Add(new(new(TracePhase.Start, "x"), [], StripedSummary.Of(1)));
        trace.Add(new(new(TracePhase.Loss, "loss_a"), [], StripedSummary.Of(0.5)));
        writer.Trace(0, trace);
        writer.Modules = ["a"];
        writer.End(Tensors(2), Tensors(3), Tensors(4), Head(extension));
        RecordFolder.IsUnfinished(folder.Path).Should().BeFalse();
        return new(
            folder.Path,
            StrictJson.Parse<RecordHead>(File.ReadAllText(folder.File(CaseHead.FileName)), folder.File(CaseHead.FileName))
        );
    }
}
