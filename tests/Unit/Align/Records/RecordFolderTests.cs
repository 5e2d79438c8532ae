using PPYolo.Align;
using PPYolo.Align.Json;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;

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
        StrictJson.Parse<RecordHead>(File.ReadAllText(folder.File("case.json")), "case.json").Should().BeEquivalentTo(Head(extension));
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
                "losses.json"
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
        Message(record.RequireBatches).Should().StartWith($"{folder.File("batch00000_rank00.npz")}: not found; the record is incomplete");
        Message(() => record.ReadStart()).Should().StartWith($"{folder.File("000.npz")}: expected start weights of SHA-256 ");
        Message(() => new RecordWriter(folder.Path, ".npz").Prepare()).Should().Contain("has something in it");
    }

    public void Dispose() => folder.Dispose();

    private static string Message(Action action) => action.Should().Throw<AlignException>().Which.Message;

    private static NamedTensors Tensors(float value) => new() { { "x", TensorData.Scalar(value) } };

    private static float Value(NamedTensors tensors) => tensors["x"].As<float>()[0];

    private static RecordHead Head(string extension) =>
        new()
        {
            Format = "other-trainer",
            Version = 1,
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
        writer.Gradients(Tensors(5));
        writer.End(Tensors(2), Tensors(3), Tensors(4), Head(extension));
        return new(folder.Path, Head(extension));
    }
}
