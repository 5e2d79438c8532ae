using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Model;
using PPYolo.Model.Head;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Stepping;

public sealed class TrainStepTests : IDisposable
{
    private static readonly NetworkOptions Options = NetworkPresets.R18Vd with { DropBlock = false };
    private static readonly TrainingRecipe Recipe = new TrainOptions().ToRecipe() with
    {
        LearningRatePerImage = 1e-5,
        StartFactor = 0.5,
        WarmupIterations = 10,
    };

    private readonly PPYoloNetwork network = TestTensors.Network(Options);
    private readonly GeneratedBatches batches = new("1", 2, [64], Options);

    [Fact]
    public void Reports_what_it_did_and_counts_on()
    {
        using var step = new TrainStep(StepParts.Of(network, Recipe, 2));
        var phases = new Phases();
        step.Watch(phases);

        var results = new[] { step.Run(batches.At(0)), step.Run(batches.At(1)) };

        results.Select(result => result.Iteration).Should().Equal(0, 1);
        results.Select(result => result.LearningRate).Should().Equal(1e-5, new LearningRateSchedule(Recipe, 2).Rate(1));
        results.Should().OnlyContain(result => result.Size == 64 && result.GradientNorms == null);
        results[0]
            .Losses.Select(loss => loss.Key)
            .Should()
            .Equal("loss_xy", "loss_wh", "loss_iou", "loss_obj", "loss_cls", LossTerms.TotalName);
        results[0].TotalLoss.Should().Be(results[0].Losses.SkipLast(1).Select(loss => loss.Value).Aggregate((sum, loss) => sum + loss));
        results[0].LocalLosses.Should().Equal(results[0].Losses);
        TracePhase[] each =
        [
            TracePhase.Data,
            TracePhase.Loss,
            TracePhase.Gradient,
            TracePhase.Reduction,
            TracePhase.Schedule,
            TracePhase.Weights,
            TracePhase.Ema,
        ];
        phases.Seen.Should().Equal(each.Concat(each));
        step.Ema.Updates.Should().Be(2);
    }

    [Fact]
    public void Clips_each_group_by_its_own_norm()
    {
        const double limit = 3;
        using var scope = NewDisposeScope();
        // A large rate, so that the step is large beside rounding.
        using var step = new TrainStep(
            StepParts.Of(network, Recipe with { ClipGradNorm = limit, WeightDecay = 0.5, LearningRatePerImage = 0.5 }, 2)
        );
        var before = step.Entries.Where(entry => entry.IsTrainable).ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        var gradients = new Dictionary<string, Tensor>();
        step.Watch(
            new PhaseWatch(
                TracePhase.Reduction,
                _ =>
                {
                    foreach (var entry in step.Entries.Where(entry => entry.IsTrainable))
                    {
                        gradients[entry.Key] = entry.Value.grad!.clone().MoveToOuterDisposeScope();
                    }
                }
            )
        );

        var result = step.Run(batches.At(0));

        result
            .GradientNorms.Should()
            .HaveCount(2)
            .And.OnlyContain(norm => norm > limit, "both groups must be clipped here, by different factors");
        for (var i = 0; i < 2; i++)
        {
            var group = step.Optimizer.Groups[i];
            var norm = Math.Sqrt(group.Parameters.Sum(entry => gradients[entry.Key].to(ScalarType.Float64).square().sum().item<double>()));
            // Each tensor's norm is libtorch's, whose sum over up to 2.4 million squares is float32.
            result.GradientNorms![i].Should().BeApproximately(norm, 5e-5 * norm);
            foreach (var entry in group.Parameters)
            {
                var factor = limit / (result.GradientNorms[i] + 1e-6);
                var expected =
                    before[entry.Key] - (result.LearningRate * ((gradients[entry.Key] * factor) + (before[entry.Key] * group.WeightDecay)));
                // A few roundings of numbers of the weight's magnitude.
                entry.Value.ShouldBeNear(expected, 1e-6, entry.Key);
                TensorAssertions.LargestDifference(entry.Value, before[entry.Key]).Should().BeGreaterThan(0, "of {0}", entry.Key);
            }
        }
    }

    [Fact]
    public void A_limit_that_is_not_reached_changes_no_bit()
    {
        var plain = Trained(Recipe);

        Trained(Recipe with { ClipGradNorm = 1e9 }).Should().Be(plain);
        Trained(Recipe with { ClipGradNorm = 3 }).Should().NotBe(plain);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_loss_that_is_not_finite_stops_before_anything_is_learned(float value)
    {
        using var scope = NewDisposeScope();
        using var step = new TrainStep(StepParts.Of(network, Recipe, 2));
        step.Run(batches.At(0));
        var before = step.Entries.Where(entry => entry.IsParameter).ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        var momentum = TensorDigest.Of(step.Optimizer.Momentum());
        var ema = TensorDigest.Of(step.Ema.State());
        var run = () => step.Run(With(batches.At(1), value));

        var failure = run.Should().Throw<NonFiniteLossException>().Which;

        failure.Iteration.Should().Be(1);
        failure
            .Message.Should()
            .StartWith("iteration 1: a loss is not finite on batch broken: loss_xy NaN, loss_wh ")
            .And.Contain("total_loss NaN");
        step.Iteration.Should().Be(1);
        foreach (var entry in step.Entries.Where(entry => entry.IsParameter))
        {
            entry.Value.ShouldEqual(before[entry.Key], entry.Key);
        }

        TensorDigest.Of(step.Optimizer.Momentum()).Should().Be(momentum);
        TensorDigest.Of(step.Ema.State()).Should().Be(ema);
    }

    [Fact]
    public void Frozen_parameters_stay_and_the_rest_moves()
    {
        var options = Options with { FreezeAt = 1 };
        using var frozen = TestTensors.Network(options);
        using var before = NetworkState.Save(frozen);
        using var step = new TrainStep(StepParts.Of(frozen, Recipe, 2));

        step.Run(batches.At(0));

        foreach (var entry in step.Entries.Where(entry => entry.IsParameter))
        {
            entry.Value.ToData().BitwiseEquals(before[entry.Key]).Should().Be(!entry.IsTrainable, "of {0}", entry.Key);
        }
    }

    [Fact]
    public void Keeps_no_tensor_of_an_iteration()
    {
        using var step = new TrainStep(StepParts.Of(network, Recipe with { ClipGradNorm = 35 }, 2));
        var counts = new List<long>();
        // Nothing that others have left is to be freed in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        for (var iteration = 0; iteration < 5; iteration++)
        {
            step.Run(batches.At(iteration));
            // What only the garbage collector would free, too late for memory, still counts.
            counts.Add(Tensor.TotalCount);
        }

        // The first iteration makes momentum and gradients.
        counts[4].Should().BeLessThanOrEqualTo(counts[1]);
    }

    public void Dispose() => network.Dispose();

    private string Trained(TrainingRecipe recipe)
    {
        using var fresh = TestTensors.Network(Options);
        using var step = new TrainStep(StepParts.Of(fresh, recipe, 2));
        step.Run(batches.At(0));
        return TensorDigest.Of(NetworkState.Save(fresh));
    }

    private static Batch With(Batch batch, float value)
    {
        var tensors = new NamedTensors();
        foreach (var (name, tensor) in batch.Named)
        {
            var values = tensor.As<float>().ToArray();
            values[0] = name == "image" ? value : values[0];
            tensors.Add(name, TensorData.Of<float>(values, tensor.Shape.AsSpan()));
        }

        return new Batch(tensors, "broken");
    }

    private sealed class Phases : IStepWatch
    {
        public List<TracePhase> Seen { get; } = [];

        public void Fed(Tensor images, Tensor boxes, IReadOnlyList<Tensor> targets) => Seen.Add(TracePhase.Data);

        public void After(TracePhase phase, StepMoment moment) => Seen.Add(phase);
    }
}
