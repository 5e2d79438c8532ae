using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Golden;
using PPYolo.Align.Json;
using PPYolo.Align.Records;
using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;
using PPYolo.Align.Watching;
using PPYolo.Cli.Commands;
using PPYolo.Tests.Unit.Cli.Commands;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Align.Watching;

public sealed class RunWatchTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Record => folder.File("record");

    [Fact]
    public void Changes_no_bit()
    {
        var plain = Train(null);

        Train(Record).Should().Equal(plain);
    }

    [Fact]
    public void Writes_every_phase()
    {
        Train(Record);

        var trace = TraceFile.Read(Record);
        trace.Iterations.Should().HaveCount(3);
        trace
            .Iterations[0]
            .Entries.Select(entry => entry.Key.Phase)
            .Distinct()
            .Should()
            .BeEquivalentTo([
                TracePhase.Start,
                TracePhase.Data,
                TracePhase.Forward,
                TracePhase.Buffers,
                TracePhase.Loss,
                TracePhase.Backward,
                TracePhase.Gradient,
                TracePhase.Schedule,
                TracePhase.Momentum,
                TracePhase.Weights,
                TracePhase.Ema,
            ]);
        trace
            .Iterations[0]
            .Of(TracePhase.Forward)
            .Select(entry => entry.Key.Name)
            .Should()
            .Equal("conv", "norm", "activation", "flat", "head");
        trace.Iterations[1].Of(TracePhase.Momentum).Select(entry => entry.Key.Name).Should().Contain("head.weight");
    }

    [Fact]
    public void Declares_what_it_recorded()
    {
        Train(Record);

        var head = StrictJson.Parse<RecordHead>(File.ReadAllText(Path.Combine(Record, CaseHead.FileName)), "case.json");
        head.Iterations.Should().Be(3);
        head.Recorded!.Weights.Should().Equal("000", "1__", "1__raw", "1__momentum");
        head.Recorded.Modules.Should().Equal("activation", "conv", "flat", "head", "norm");
        new RecordFolder(Record, head).Invoking(record => record.RequireDeclared()).Should().NotThrow();
    }

    [Fact]
    public void Weights_after_a_step_are_those_of_the_end()
    {
        Train(Record);

        using var end = TensorFile.Read(Path.Combine(Record, "1__raw.npz"));
        var last = TraceFile.Read(Record).Iterations[2][TracePhase.Weights, "head.weight"]!;
        last.Summary.Sums.Should().Equal(StripedSummary.Of(end["head.weight"].As<float>()).Sums);
    }

    [Fact]
    public void Names_the_moments_of_Adam()
    {
        Train(Record, adam: true);

        TraceFile
            .Read(Record)
            .Iterations[0]
            .Of(TracePhase.Momentum)
            .Select(entry => entry.Key.Name)
            .Should()
            .Contain("head.weight.exp_avg")
            .And.Contain("head.weight.exp_avg_sq");
    }

    [Fact]
    public void Keeps_whole_what_is_asked_for()
    {
        Train(Record, new() { Full = ["gradient:head.*"] });

        var trace = TraceFile.Read(Record).Iterations[0];
        trace[TracePhase.Gradient, "head.bias"]!.Full.Should().NotBeNull();
        trace[TracePhase.Weights, "head.bias"]!.Full.Should().BeNull();
    }

    [Fact]
    public void Iterations_that_are_left_out_are_declared()
    {
        var plain = Train(null);

        Train(Record, new() { Iterations = [1] }).Should().Equal(plain);

        var head = StrictJson.Parse<RecordHead>(File.ReadAllText(Path.Combine(Record, CaseHead.FileName)), "case.json");
        head.Iterations.Should().Be(3);
        head.Recorded!.Iterations.Should().Equal(1);
        head.Recorded.Trace.Should().NotContain(TracePhase.Start).And.Contain([TracePhase.Forward, TracePhase.Backward, TracePhase.Ema]);
        Directory.GetFiles(Record, "trace*").Select(Path.GetFileName).Should().Equal("trace00001_rank00.npz");
        Directory.GetFiles(Record, "batch*").Should().HaveCount(3);
        new RecordFolder(Record, head).Invoking(record => record.RequireDeclared()).Should().NotThrow();
    }

    [Fact]
    public void Modules_that_are_left_out_are_declared()
    {
        Train(Record, new() { Modules = ["h*"] });

        TraceFile.Read(Record).Iterations[0].Of(TracePhase.Forward).Select(entry => entry.Key.Name).Should().Equal("head");
        var head = StrictJson.Parse<RecordHead>(File.ReadAllText(Path.Combine(Record, CaseHead.FileName)), "case.json");
        head.Recorded!.Modules.Should().Equal("head");
    }

    [Fact]
    public void Says_where_it_ran()
    {
        Train(Record);

        var facts = RunEnvironment.Read(Record);
        facts["program"].Should().StartWith("PPYolo.Align ").And.EndWith("RunWatch");
        facts.Should().Contain("device", "cpu").And.ContainKey("threads");
    }

    [Fact]
    public void Gradients_of_accumulated_passes_are_their_sum_and_frozen_parts_have_none()
    {
        using var network = nn.Sequential(("stem", nn.Linear(4, 8)), ("head", nn.Linear(8, 2)));
        foreach (var parameter in network.named_parameters().Where(pair => pair.name.StartsWith("stem", StringComparison.Ordinal)))
        {
            parameter.parameter.requires_grad = false;
        }

        using var optimizer = optim.SGD(network.parameters().Where(parameter => parameter.requires_grad), 0.1);
        using var watch = RunWatch.Start(network, optimizer, Record, new() { Full = ["gradient:*"] });
        var passes = new List<float[]>();
        for (var pass = 0; pass < 2; pass++)
        {
            var images = randn(2, 4);
            watch.Batch(("image", images));
            var loss = network.call(images).square().mean();
            watch.Losses(("loss", loss));
            loss.backward();
            passes.Add(network.get_parameter("head.bias")!.grad!.data<float>().ToArray());
        }

        optimizer.step();
        watch.Step();
        watch.Close();

        var trace = TraceFile.Read(Record).Iterations.Should().ContainSingle().Subject;
        trace.Of(TracePhase.Data).Select(entry => entry.Key.Name).Should().Equal("image", "image#2");
        trace.Of(TracePhase.Gradient).Select(entry => entry.Key.Name).Should().BeEquivalentTo("head.bias", "head.weight");
        trace[TracePhase.Gradient, "head.bias"]!.Full!.As<float>().ToArray().Should().Equal(passes[1]).And.NotEqual(passes[0]);
        trace.Of(TracePhase.Weights).Should().HaveCount(4);
    }

    [Fact]
    public void Leaves_out_the_gradient_of_an_output_that_was_changed_in_place()
    {
        using var network = new InPlace();
        Once(network);

        TraceFile.Read(Record).Iterations[0].Of(TracePhase.Backward).Select(entry => entry.Key.Name).Should().Equal("head");
        var head = StrictJson.Parse<RecordHead>(File.ReadAllText(Path.Combine(Record, CaseHead.FileName)), "case.json");
        head.Recorded!.Modules.Should().Equal("first", "head");
        head.Recorded.Gradients.Should().Equal("head");
    }

    [Fact]
    public void Parts_of_what_a_module_returns_have_names()
    {
        using var network = new Parts();
        Once(network);

        var trace = TraceFile.Read(Record).Iterations[0];
        string[] expected = ["split[0]", "split[1]", "named[left]", "named[right]"];
        trace.Of(TracePhase.Forward).Select(entry => entry.Key.Name).Should().Equal(expected);
        trace.Of(TracePhase.Backward).Select(entry => entry.Key.Name).Should().BeEquivalentTo(expected);
    }

    [Fact]
    public void A_golden_and_a_watch_see_one_training()
    {
        string Golden(string name) => folder.File($"{name}.golden");
        void Run(GoldenRun golden, string? record)
        {
            random.manual_seed(1);
            using var model = nn.Sequential(("hidden", nn.Linear(8, 16)), ("tanh", nn.Tanh()), ("out", nn.Linear(16, 1)));
            using var optimizer = optim.SGD(model.parameters(), 0.1);
            var (y, x) = (randn(32, 1), golden.Perturb(randn(32, 8)));
            golden.Start(model, optimizer);
            using var watch = record is null ? null : RunWatch.Start(model, optimizer, record);
            for (var iteration = 0; iteration < golden.Iterations; iteration++)
            {
                watch?.Batch(("x", x), ("y", y));
                optimizer.zero_grad();
                using var loss = nn.functional.mse_loss(model.call(x), y);
                watch?.Losses(("mse", loss));
                loss.backward();
                golden.AfterBackward(("mse", loss));
                optimizer.step();
                golden.AfterStep();
                watch?.Step();
            }

            watch?.Close();
        }

        FluentActions
            .Invoking(() => GoldenRun.Require(Golden("run.verified"), "a run", "", golden => Run(golden, null)))
            .Should()
            .Throw<GoldenException>();
        File.Move(Golden("run.received"), Golden("run.verified"));

        var compared = GoldenRun.Require(Golden("run.verified"), "a run", "", golden => Run(golden, Record));

        compared.BitwiseEqual.Should().Be(GoldenText.Read(Golden("run.verified")).Tensors.Count);
        TraceFile.Read(Record).Iterations.Should().HaveCount(GoldenRun.StandardIterations);
    }

    [Fact]
    public void A_trace_that_is_torn_has_a_line_that_names_it()
    {
        Train(Record);
        Train(folder.File("torn"));
        var trace = folder.File("torn", TraceFile.FileName(1, 0));
        File.WriteAllBytes(trace, File.ReadAllBytes(trace)[..1000]);

        var explained = ConsoleCapture.Run("explain", Record, folder.File("torn"));

        explained.ExitCode.Should().Be(ExitCode.WrongUse);
        explained.Error.Trim().Split('\n').Should().ContainSingle().Which.Should().Contain(trace);
    }

    [Fact]
    public void Records_of_other_batches_part_at_the_data()
    {
        Train(Record);
        Train(folder.File("other"), shift: 1);

        var explained = ConsoleCapture.Run("explain", Record, folder.File("other"));

        explained.ExitCode.Should().Be(ExitCode.Diverged);
        explained.Output.Should().Contain("DIVERGED: the runs part in iteration 0 at data image");
    }

    [Fact]
    public void Is_no_record_until_it_is_closed()
    {
        using var network = nn.Sequential(("head", nn.Linear(4, 2)));
        using var optimizer = optim.SGD(network.parameters(), 0.1);
        using var watch = RunWatch.Start(network, optimizer, Record);

        RecordFolder.IsUnfinished(Record).Should().BeTrue();
        watch.Invoking(run => run.Step()).Should().Throw<AlignException>().WithMessage("*call Batch first*");
        watch.Invoking(run => run.Close()).Should().Throw<AlignException>().WithMessage("*no iteration was recorded*");
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Changes what its first layer returned.</summary>
    private sealed class InPlace : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> first = nn.Linear(4, 8);
        private readonly nn.Module<Tensor, Tensor> head = nn.Linear(8, 2);

        public InPlace()
            : base(nameof(InPlace)) => RegisterComponents();

        public override Tensor forward(Tensor input) => head.call(first.call(input).relu_());
    }

    /// <summary>Its layers return a pair, and a dictionary.</summary>
    private sealed class Parts : nn.Module<Tensor, Tensor>
    {
        private readonly Split split = new();
        private readonly Named named = new();

        public Parts()
            : base(nameof(Parts)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var (first, second) = split.call(input);
            var parts = named.call(first);
            return (parts["left"] * parts["right"] + second).mean();
        }

        private sealed class Split : nn.Module<Tensor, (Tensor, Tensor)>
        {
            private readonly TorchSharp.Modules.Parameter weight = new(ones(4));

            public Split()
                : base(nameof(Split)) => RegisterComponents();

            public override (Tensor, Tensor) forward(Tensor input) => (input * weight, input + weight);
        }

        private sealed class Named() : nn.Module<Tensor, Dictionary<string, Tensor>>(nameof(Named))
        {
            public override Dictionary<string, Tensor> forward(Tensor input) => new() { ["left"] = input * 2, ["right"] = input + 1 };
        }
    }

    /// <summary>Records one step of a network.</summary>
    private void Once(nn.Module<Tensor, Tensor> network)
    {
        using var optimizer = optim.SGD(network.parameters(), 0.1);
        using var watch = RunWatch.Start(network, optimizer, Record);
        var images = randn(2, 4);
        watch.Batch(("image", images));
        var loss = network.call(images).square().mean();
        watch.Losses(("loss", loss));
        loss.backward();
        optimizer.step();
        watch.Step();
        watch.Close();
    }

    /// <summary>Trains a small network; returns all of its end weights.</summary>
    private static float[] Train(string? record, RunWatchOptions? options = null, bool adam = false, float shift = 0)
    {
        random.manual_seed(1);
        using var network = nn.Sequential(
            ("conv", nn.Conv2d(3, 4, 3, bias: false)),
            ("norm", nn.BatchNorm2d(4)),
            ("activation", nn.ReLU(inplace: true)),
            ("flat", nn.Flatten()),
            ("head", nn.Linear(4 * 36, 2))
        );
        using optim.Optimizer optimizer = adam
            ? optim.AdamW(network.parameters(), 0.01)
            : optim.SGD(network.parameters(), 0.1, momentum: 0.9);
        using var watch = record is null
            ? null
            : RunWatch.Start(network, optimizer, record, (options ?? new()) with { Averages = () => network.state_dict() });
        for (var iteration = 0; iteration < 3; iteration++)
        {
            using var scope = NewDisposeScope();
            var images = randn(2, 3, 8, 8) + shift;
            watch?.Batch(("image", images));
            var loss = network.call(images).square().mean();
            watch?.Losses(("loss", loss));
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            watch?.Step();
        }

        watch?.Close();
        return [.. network.state_dict().Values.SelectMany(value => value.to(ScalarType.Float32).data<float>().ToArray())];
    }
}
