using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Kernels.Convolutions;
using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using PPYolo.Model.State;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Stepping;

public sealed class SharedStateTests
{
    private const string Trained = "neck.yolo_transition_0.conv.weight";

    private static readonly List<TracePhase> Phases = [TracePhase.Reduction, TracePhase.Weights, TracePhase.Ema];

    private static readonly TrainOptions Options = TrainOptionsFile.Read(
        "ppyolo_r18vd_voc2012",
        ["batch=3", "sizes=[64]", "freezeAt=1", "clipGradNorm=35", "dropBlock=false", "startFactor=0.5"]
    );

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Ranks_in_threads_have_weights_momentum_and_averages_once(int size)
    {
        var places = Places(Plan(size), size);

        foreach (var (tensor, where) in places)
        {
            var once = !tensor.StartsWith("gradient", StringComparison.Ordinal) && !tensor.Contains("running_", StringComparison.Ordinal);
            where.Distinct().Should().HaveCount(once ? 1 : size, "of {0}", tensor);
        }

        places.Keys.Should().Contain([$"weight {Trained}", $"momentum {Trained}", $"average {Trained}", $"gradient {Trained}"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void During_a_step_convolutions_of_ranks_share_what_they_make_of_weights_that_are_shared(bool shared)
    {
        var inside = new bool[2];

        Run(
            Plan(2) with
            {
                SharesState = shared,
            },
            (rank, step) => step.Watch(new PhaseWatch(TracePhase.Gradient, _ => inside[rank] = SharedFactors.IsInPass))
        );

        inside.Should().Equal(shared, shared);
    }

    [Fact]
    public void A_rank_of_an_altered_run_or_on_a_card_has_its_own()
    {
        using (CpuPath.Close(kernels: false, memory: true))
        {
            NoneIsShared(Plan(2));
        }

        NoneIsShared(Plan(2).With(Alteration.OfBatch(batch => batch)));
        NoneIsShared(Plan(2) with { SharesState = false });

        static void NoneIsShared(RunPlan plan) =>
            Places(plan, 2).Should().AllSatisfy(place => place.Value.Distinct().Should().HaveCount(2, "of {0}", place.Key));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Shared_or_not_every_rank_ends_with_the_same_bits(int size)
    {
        var own = Ends(Plan(size) with { SharesState = false }, size)[0];

        Ends(Plan(size), size).Should().AllSatisfy(end => end.Should().Equal(own));
    }

    [Theory]
    [InlineData(null, "after iteration 0")]
    [InlineData(35.0, "before the optimizer's step")]
    public void A_gradient_that_drifts_on_one_rank_ends_the_run_with_its_name(double? clip, string when)
    {
        var plan = Plan(2) with { Options = Options with { ClipGradNorm = clip } };
        var run = () => Run(plan, Drift(TracePhase.Reduction, Trained, entry => entry.Value.grad!));

        run.Should()
            .Throw<RankFailureException>()
            .WithInnerException<ReplicaDivergenceException>()
            .WithMessage($"{when}: '{Trained}' is not the same on all ranks: rank 1 differs*gradient*");
    }

    [Fact]
    public void A_statistic_that_drifts_on_one_rank_ends_the_run_with_its_name()
    {
        using var network = TestTensors.Network(Options.ToNetwork());
        var key = StateEntries.Of(network).First(entry => entry.Key.EndsWith("running_mean", StringComparison.Ordinal)).Key;
        var run = () => Run(Plan(2), Drift(TracePhase.Ema, key, entry => entry.Value));

        run.Should()
            .Throw<RankFailureException>()
            .WithInnerException<ReplicaDivergenceException>()
            .WithMessage($"after iteration 0: '{key}' is not the same on all ranks: rank 1 differs*statistics*");
    }

    [Fact]
    public void A_weight_that_leaves_the_shared_memory_on_one_rank_is_seen()
    {
        var run = () =>
            Run(
                Plan(2),
                (rank, step) =>
                {
                    if (rank == 1)
                    {
                        using var noGrad = no_grad();
                        var weight = step.Entries.Single(entry => entry.Key == Trained).Value;
                        weight.set_(weight.detach().clone());
                    }
                }
            );

        run.Should()
            .Throw<RankFailureException>()
            .WithInnerException<ReplicaDivergenceException>()
            .WithMessage($"before iteration 0: '{Trained}' is not the same on all ranks: rank 1 differs*");
    }

    [Fact]
    public void A_rate_that_drifts_on_one_rank_is_seen_before_it_changes_anything()
    {
        var plan = Plan(2);
        var run = () =>
            ThreadRanks.Run(
                2,
                ranks =>
                {
                    var (network, shared) = SharedState.Make(ranks, () => TestTensors.Network(Options.ToNetwork()));
                    var parts = StepParts.Of(network, Options.ToRecipe(), Options.Batch, ranks, shared: shared);
                    using var owned = network;
                    using var step = new TrainStep(parts with { Rate = iteration => parts.Rate(iteration) * (1 + ranks.Rank) });
                    step.Run(plan.Batches(ranks.Rank).At(0));
                }
            );

        run.Should()
            .Throw<RankFailureException>()
            .WithInnerException<ReplicaDivergenceException>()
            .WithMessage("before the optimizer's step: 'the learning rate' is not the same on all ranks: rank 1 differs*");
    }

    [Fact]
    public void Weights_that_differ_are_not_shared()
    {
        var share = () =>
            ThreadRanks.Run(
                2,
                ranks =>
                    SharedState.Make(
                        ranks,
                        () =>
                        {
                            var network = TestTensors.Network(Options.ToNetwork());
                            StateEntries.Of(network).Single(entry => entry.Key == Trained).Value.bytes[0] ^= (byte)ranks.Rank;
                            return network;
                        }
                    )
            );

        share
            .Should()
            .Throw<RankFailureException>()
            .WithInnerException<ReplicaDivergenceException>()
            .WithMessage($"before the weights are shared: '{Trained}' is not the same on all ranks: rank 1 differs*");
    }

    /// <summary>A rank that looks late sees what one that looks at once sees.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Nothing_shared_changes_while_a_rank_looks_at_it(int late)
    {
        var seen = new List<string>[] { [], [] };

        Run(Plan(2), (rank, step) => Phases.ForEach(phase => step.Watch(new PhaseWatch(phase, _ => Look(rank, step, phase)))));

        seen[0].Should().HaveCount(6).And.OnlyHaveUniqueItems();
        seen[1].Should().Equal(seen[0]);

        void Look(int rank, TrainStep step, TracePhase phase)
        {
            if (rank == late)
            {
                Thread.Sleep(100);
            }

            seen[rank].Add($"{phase}: {Hash(step, averages: phase == TracePhase.Ema)}");
        }
    }

    private static RunPlan Plan(int size) =>
        new(
            Options,
            StartWeights.Parse("generator:1").For(Options.ToNetwork()),
            RankBatches.Generated("1", Options, SlicedBatches.Even(Options.Batch, size), perRankSizes: false),
            2,
            "1"
        );

    private static Action<int, TrainStep> Drift(TracePhase phase, string key, Func<StateEntry, Tensor> tensor) =>
        (rank, step) =>
        {
            if (rank == 1)
            {
                step.Watch(new PhaseWatch(phase, _ => Change(tensor(step.Entries.Single(entry => entry.Key == key)))));
            }
        };

    private static void Change(Tensor tensor)
    {
        using var noGrad = no_grad();
        tensor.mul_(Scalars.Of(1.5));
    }

    private static RunEnd[] Run(RunPlan plan, Action<int, TrainStep> observe) =>
        ThreadRanks.Run(2, ranks => IterationLoop.Execute(plan, ranks, observe: step => observe(ranks.Rank, step)));

    private static List<string>[] Ends(RunPlan plan, int size) =>
        ThreadRanks.Run(size, ranks => Digests(IterationLoop.Execute(plan, ranks, everywhere: true)));

    private static List<string> Digests(RunEnd end) => [.. new[] { end.Raw, end.Ema, end.Momentum }.Select(TensorDigest.Of)];

    /// <summary>Where each tensor is after an iteration, on each rank.</summary>
    private static Dictionary<string, List<nint>> Places(RunPlan plan, int size)
    {
        var places = ThreadRanks.Run(
            size,
            ranks =>
            {
                using var trainer = new Trainer(plan, ranks);
                trainer.Next();
                var found = Tensors(trainer.Step).Select(pair => (pair.Name, HostMemory.AddressOf(pair.Tensor))).ToList();
                // Memory that was given back could be another rank's.
                ranks.Barrier("all have looked");
                return found;
            }
        );
        return places
            .SelectMany(rank => rank)
            .GroupBy(pair => pair.Name, pair => pair.Item2, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Tensors(TrainStep step) =>
        step
            .Entries.Where(entry => !entry.IsBatchCounter)
            .Select(entry => ($"weight {entry.Key}", entry.Value))
            .Concat(step.Optimizer.Buffers.Select(pair => ($"momentum {pair.Key}", pair.Value)))
            .Concat(step.Ema.Averages.Select(pair => ($"average {pair.Key}", pair.Value)))
            .Concat(step.Entries.Where(entry => entry.IsTrainable).Select(entry => ($"gradient {entry.Key}", entry.Value.grad!)));

    private static ulong Hash(TrainStep step, bool averages) =>
        (
            averages
                ? step.Ema.Averages.Select(pair => pair.Value)
                : step.Entries.Where(entry => entry.IsTrainable).Select(entry => entry.Value)
        )
            .Select(TensorBits.Hash)
            .Aggregate(0UL, (sum, hash) => (sum * 31) + hash);
}
