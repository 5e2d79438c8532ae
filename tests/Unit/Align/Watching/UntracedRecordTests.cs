using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Align.Watching;
using PPYolo.Harness.Explain;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Align.Watching;

/// <summary>Records of other networks of which nothing was traced: batches, losses and weights are compared, and no more is said.</summary>
public sealed class UntracedRecordTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_that_was_not_traced_is_compared_with_one_that_was(bool first)
    {
        var (traced, files) = (Train("traced"), Untraced(Train("files")));

        var comparison = Compare(first ? traced : files, first ? files : traced);

        comparison.Exceeding.Should().BeEmpty();
        comparison
            .Differences.Select(difference => (difference.Key.Phase, difference.Key.Name))
            .Should()
            .Contain([
                (TracePhase.Data, "tokens"),
                (TracePhase.Loss, "loss"),
                (TracePhase.Buffers, "table"),
                (TracePhase.Weights, "head.weight"),
            ])
            .And.NotContain((TracePhase.Loss, "total_loss"), "of another trainer's losses nobody knows what is added up");
    }

    [Fact]
    public void Another_batch_of_integers_is_seen()
    {
        var (right, wrong) = (Untraced(Train("right")), Untraced(Train("wrong")));
        var path = Path.Combine(wrong, RecordFolder.BatchFile(1, 0));
        using (var batch = Npz.Read(path))
        {
            var tokens = batch["tokens"].As<long>().ToArray();
            tokens[0]++;
            var other = new NamedTensors { { "tokens", TensorData.Of<long>(tokens, 2, 3) } };
            Npz.Write(path, other);
        }

        Compare(right, wrong).Frontier!.Key.Should().Be(new TraceKey(TracePhase.Data, "tokens"));
    }

    public void Dispose() => folder.Dispose();

    private static TraceComparison Compare(string first, string second)
    {
        var (a, b) = ExplainedRunFolder.Read(first, second);
        using (a.Start)
        using (b.Start)
        {
            return TraceComparison.Of(a.Ranks, b.Ranks, null);
        }
    }

    /// <summary>What a recorder leaves that was told to trace no iteration.</summary>
    private static string Untraced(string record)
    {
        foreach (var path in Directory.EnumerateFiles(record, "trace*"))
        {
            File.Delete(path);
        }

        var head = Path.Combine(record, "case.json");
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(head))!;
        foreach (var name in new[] { "trace", "modules", "gradients", "traced" })
        {
            json["recorded"]!.AsObject().Remove(name);
        }

        File.WriteAllText(head, json.ToJsonString());
        return record;
    }

    private string Train(string name)
    {
        var path = folder.File(name);
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var network = new Network();
        using var optimizer = optim.SGD(network.parameters(), 0.1, momentum: 0.9);
        using var watch = RunWatch.Start(network, optimizer, path);
        for (var iteration = 0; iteration < 2; iteration++)
        {
            var tokens = tensor(new long[] { 1, 2, 3, iteration, 5, 6 }).reshape(2, 3);
            watch.Batch(("tokens", tokens));
            var loss = network.call(tokens).square().mean();
            watch.Losses(("loss", loss));
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            watch.Step();
        }

        watch.Close();
        return path;
    }

    private sealed class Network : nn.Module<Tensor, Tensor>
    {
        private readonly Embedding words = nn.Embedding(10, 4);
        private readonly Linear head = nn.Linear(4, 2);
        private readonly Tensor table = arange(12, dtype: ScalarType.Int64).reshape(3, 4);

        public Network()
            : base(nameof(Network)) => RegisterComponents();

        public override Tensor forward(Tensor input) => head.call(words.call(input));
    }
}
