using PPYolo.Align;
using PPYolo.Align.Golden;
using PPYolo.Align.Tensors;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Align.Golden;

public sealed class GoldenRunTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private int trainings;

    private string Verified => folder.File("run.verified.golden");

    private string Received => folder.File("run.received.golden");

    [Fact]
    public void Has_floors_of_twins_at_first_and_trains_once_when_it_is_within()
    {
        FluentActions.Invoking(() => Require()).Should().Throw<GoldenException>().WithMessage("*no golden yet*");
        trainings.Should().Be(1 + GoldenFloors.StandardTwins);
        File.Move(Received, Verified);
        trainings = 0;

        Require().BitwiseEqual.Should().Be(GoldenText.Read(Verified).Tensors.Count);

        trainings.Should().Be(1);
    }

    [Fact]
    public void Holds_weights_statistics_and_gradients_in_their_roles()
    {
        var record = GoldenRun.Record("a run", "settings", golden => Train(golden));

        record
            .Tensors.Where(tensor => tensor.Part == GoldenPart.Gradient)
            .Select(tensor => tensor.Name)
            .Should()
            .Equal("norm.weight", "norm.bias", "out.weight", "out.bias");
        record
            .Tensors.Where(tensor => tensor.Part == GoldenPart.Weight)
            .Select(tensor => (tensor.Name, tensor.Role))
            .Should()
            .BeEquivalentTo([
                ("first.weight", GoldenRole.Frozen),
                ("first.bias", GoldenRole.Frozen),
                ("norm.weight", GoldenRole.Trained),
                ("norm.bias", GoldenRole.Trained),
                ("norm.running_mean", GoldenRole.Buffer),
                ("norm.running_var", GoldenRole.Buffer),
                ("norm.num_batches_tracked", GoldenRole.Exact),
                ("out.weight", GoldenRole.Trained),
                ("out.bias", GoldenRole.Trained),
            ]);
        record.Rates.Should().Equal(Enumerable.Repeat(0.1, GoldenRun.StandardIterations));
        record.Losses.Select(loss => loss.Name).Distinct().Should().Equal("mse");
        record
            .Traces.Select(trace => (trace.Iteration, trace.Phase))
            .Take(4)
            .Should()
            .Equal((0, GoldenPhase.Forward), (0, GoldenPhase.Backward), (0, GoldenPhase.Optimizer), (1, GoldenPhase.Forward));
    }

    [Theory]
    [InlineData(0.1001, 10, false, "it began in iteration 0, optimizer (learning rate)")]
    [InlineData(0.1, 10, true, "it began in iteration 0, optimizer")]
    public void A_change_of_the_training_is_red_and_named(double rate, int iterations, bool forgetsABias, string began)
    {
        Approve();

        FluentActions
            .Invoking(() => Require(golden => Train(golden, rate, iterations, forgetsABias)))
            .Should()
            .Throw<GoldenException>()
            .WithMessage($"*{began}*");
    }

    [Fact]
    public void What_comes_after_the_golden_s_iterations_is_not_looked_at()
    {
        Approve();

        Require(golden => Train(golden, iterations: 12)).BitwiseEqual.Should().Be(GoldenText.Read(Verified).Tensors.Count);
    }

    [Fact]
    public void A_training_that_ends_early_is_said() =>
        FluentActions
            .Invoking(() => Require(golden => Train(golden, iterations: 7)))
            .Should()
            .Throw<AlignException>()
            .WithMessage("'a run': the training ended after 7 of 10*");

    [Fact]
    public void A_training_from_other_weights_each_time_is_refused_and_leaves_no_file()
    {
        var seed = 1;
        FluentActions
            .Invoking(() => Require(golden => Train(golden, seed: seed++)))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*other weights*manual_seed*random generator*parallelizeTestCollections*");

        File.Exists(Received).Should().BeFalse();
    }

    [Fact]
    public void A_run_that_starts_elsewhere_than_its_golden_is_told_of_the_generator_that_all_threads_share()
    {
        Approve();

        FluentActions
            .Invoking(() => Require(golden => Train(golden, seed: 2)))
            .Should()
            .Throw<GoldenException>()
            .WithMessage("*DIVERGED*other weights than its golden*random generator*[Collection(\"torch\")]*");
    }

    [Fact]
    public async Task Goldens_of_classes_that_run_side_by_side_train_one_after_the_other()
    {
        int inside = 0,
            most = 0;
        Task One() =>
            Task.Run(() =>
                GoldenRun.Record(
                    "a run",
                    "",
                    golden =>
                    {
                        most = Math.Max(most, Interlocked.Increment(ref inside));
                        Thread.Sleep(300);
                        Train(golden, iterations: 1);
                        Interlocked.Decrement(ref inside);
                    },
                    iterations: 1
                )
            );

        await Task.WhenAll(One(), One());

        most.Should().Be(1);
    }

    [Fact]
    public void A_red_golden_lies_beside_the_source_and_prints_the_command_that_approves_it() =>
        FluentActions
            .Invoking(() =>
                GoldenRun.Require("run.verified.golden", "a run", "settings", golden => Train(golden), source: folder.File("Tests.cs"))
            )
            .Should()
            .Throw<GoldenException>()
            .WithMessage($"*ppyolo golden approve \"{Received}\" --reason \"*");

    [Fact]
    public void A_record_takes_from_its_golden_what_has_its_bits()
    {
        const double planted = 12345;
        var record = GoldenRun.Record("a run", "settings", golden => Train(golden));
        var golden = record with { Tensors = [.. record.Tensors.Select(tensor => tensor with { Mean = planted })] };

        GoldenRun
            .Record("a run", "settings", run => Train(run), golden: golden)
            .Tensors.Should()
            .NotBeEmpty()
            .And.OnlyContain(tensor => tensor.Mean == planted);
    }

    [Fact]
    public void Calls_out_of_order_are_refused()
    {
        using var loss = ones(1);
        void Misuse(string message, Action<GoldenRun> train) =>
            FluentActions
                .Invoking(() => GoldenRun.Record("a run", "", train))
                .Should()
                .Throw<AlignException>()
                .WithMessage($"'a run': *{message}*");

        Misuse("call Start before", golden => golden.AfterStep());
        Misuse("call AfterBackward", golden => Started(golden).AfterStep());
        Misuse(
            "AfterBackward was called twice",
            golden =>
            {
                Started(golden).AfterBackward(("loss", loss));
                golden.AfterBackward(("loss", loss));
            }
        );
        Misuse("Start was called before", golden => Started(Started(golden)));
    }

    [Fact]
    public void Inputs_are_perturbed_about_their_last_bit_in_twins_alone_and_integers_never()
    {
        using var input = linspace(1, 2, 1000);
        Tensor Perturbed(int twin)
        {
            Tensor? result = null;
            FluentActions
                .Invoking(() => GoldenRun.Record("a run", "", golden => result = golden.Perturb(input), twin: twin))
                .Should()
                .Throw<AlignException>("it does not train");
            return result!;
        }

        Perturbed(0).Should().BeSameAs(input);
        using var twin = Perturbed(1);
        using var again = Perturbed(1);
        using var other = Perturbed(2);
        twin.ToData().BitwiseEquals(again.ToData()).Should().BeTrue();
        twin.ToData().BitwiseEquals(other.ToData()).Should().BeFalse();
        var ratios = twin.ToData()
            .As<float>()
            .ToArray()
            .Zip(input.ToData().As<float>().ToArray(), (one, two) => Math.Abs((one / (double)two) - 1))
            .ToList();
        ratios.Max().Should().BeInRange(1e-8, 3e-7);
        FluentActions
            .Invoking(() => GoldenRun.Record("a run", "", golden => golden.Perturb(ones(2, ScalarType.Int64))))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*Int64*");
    }

    [Fact]
    public void Twins_take_another_number_of_threads_and_leave_it_as_it_was()
    {
        var threads = get_num_threads();
        var seen = new List<int>();
        for (var twin = 0; twin < 4; twin++)
        {
            GoldenRun.Record(
                "a run",
                "",
                golden =>
                {
                    seen.Add(get_num_threads());
                    Train(golden, iterations: 1);
                },
                iterations: 1,
                twin: twin
            );
        }

        seen.Should().Equal(threads, threads == 1 ? 2 : 1, threads, threads == 1 ? 2 : 1);
        get_num_threads().Should().Be(threads);
    }

    public void Dispose() => folder.Dispose();

    private static GoldenRun Started(GoldenRun golden)
    {
        golden.Start(nn.Linear(1, 1), () => 0.1);
        return golden;
    }

    private void Approve()
    {
        FluentActions.Invoking(() => Require()).Should().Throw<GoldenException>();
        File.Move(Received, Verified);
    }

    private GoldenComparison Require(Action<GoldenRun>? train = null) =>
        GoldenRun.Require(Verified, "a run", "settings", train ?? (golden => Train(golden)));

    private void Train(
        GoldenRun golden,
        double rate = 0.1,
        int iterations = GoldenRun.StandardIterations,
        bool forgetsABias = false,
        long seed = 1
    )
    {
        trainings++;
        random.manual_seed(seed);
        using var first = nn.Linear(4, 8);
        using var norm = nn.BatchNorm1d(8);
        using var output = nn.Linear(8, 1);
        using var model = nn.Sequential(("first", first), ("norm", norm), ("out", output));
        foreach (var parameter in first.parameters())
        {
            parameter.requires_grad = false;
        }

        using var optimizer = optim.SGD(model.parameters().Where(parameter => parameter.requires_grad), rate);
        using var target = randn(32, 1);
        using var input = randn(32, 4);
        var perturbed = golden.Perturb(input);
        golden.Start(model, optimizer);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = nn.functional.mse_loss(model.call(perturbed), target);
            loss.backward();
            golden.AfterBackward(("mse", loss));
            if (forgetsABias)
            {
                output.bias!.grad = null;
            }

            optimizer.step();
            golden.AfterStep();
        }
    }
}
