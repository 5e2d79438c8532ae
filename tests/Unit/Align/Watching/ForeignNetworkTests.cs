using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Align.Watching;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Align.Watching;

/// <summary>Networks that are not ours are recorded under the names that python/ppyolo_record.py gives the same network.</summary>
public sealed class ForeignNetworkTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Record => folder.File("record");

    [Fact]
    public void A_module_that_is_there_twice_has_its_first_name()
    {
        Train(net => optim.SGD(net.parameters(), 0.1));

        // Of all calls, whichever name they go by; a recurrent network's last state is a pair.
        Names(TracePhase.Forward)
            .Should()
            .Equal(
                "first",
                "inner.shared",
                "inner",
                "inner.shared#2",
                "recurrent[0]",
                "recurrent[1][0]",
                "recurrent[1][1]",
                "attention[0]",
                "head"
            );
        Names(TracePhase.Weights).Should().Contain("inner.shared.weight").And.NotContain("tied.weight");
        Names(TracePhase.Momentum).Should().BeEmpty("SGD without momentum keeps nothing");
    }

    [Fact]
    public void RMSProp_has_what_it_uses()
    {
        Train(net => optim.RMSProp(net.parameters(), 0.01));

        Names(TracePhase.Momentum).Should().OnlyContain(name => name.EndsWith(".square_avg", StringComparison.Ordinal));
    }

    [Fact]
    public void Half_precision_loses_nothing()
    {
        Train(net => optim.SGD(net.parameters(), 0.1, momentum: 0.9), ScalarType.BFloat16);

        using var end = TensorFile.Read(Path.Combine(Record, "1__raw.npz"));
        end["head.weight"].Type.Should().Be(ElementType.Float32);
        var last = TraceFile.Read(Record).Iterations[0][TracePhase.Weights, "head.weight"]!;
        last.Summary.Should().BeEquivalentTo(PPYolo.Align.Sketching.StripedSummary.Of(end["head.weight"].As<float>()));
    }

    public void Dispose() => folder.Dispose();

    private IEnumerable<string> Names(TracePhase phase) => TraceFile.Read(Record).Iterations[0].Of(phase).Select(entry => entry.Key.Name);

    private void Train(Func<nn.Module, optim.Optimizer> optimizerOf, ScalarType type = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        using var network = new Network();
        network.to(type);
        using var optimizer = optimizerOf(network);
        using var watch = RunWatch.Start(network, optimizer, Record);
        var input = ones(2, 4).to(type);
        watch.Batch(("x", input));
        var loss = network.call(input).square().mean();
        watch.Losses(("loss", loss));
        loss.backward();
        optimizer.step();
        watch.Step();
        watch.Close();
    }

    private sealed class Inner : nn.Module<Tensor, Tensor>
    {
        public readonly Linear shared = nn.Linear(4, 4);

        public Inner()
            : base(nameof(Inner)) => RegisterComponents();

        public override Tensor forward(Tensor input) => shared.call(input).sin();
    }

    private sealed class Network : nn.Module<Tensor, Tensor>
    {
        private readonly Linear first = nn.Linear(4, 4);
        private readonly Inner inner = new();
        private readonly Linear tied;
        private readonly LSTM recurrent = nn.LSTM(4, 4);
        private readonly MultiheadAttention attention = nn.MultiheadAttention(4, 2);
        private readonly Linear head = nn.Linear(4, 2);

        public Network()
            : base(nameof(Network))
        {
            tied = inner.shared;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var (all, _, _) = recurrent.call(tied.call(inner.call(first.call(input))).unsqueeze(0));
            return head.call(attention.call(all, all, all, null, false, null).Item1);
        }
    }
}
