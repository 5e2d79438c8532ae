using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Model;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using TorchSharp;
using static PPYolo.Tests.Faults.FaultyTraining;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults;

/// <summary>The faults, one switch each.</summary>
internal static class PlantedFaults
{
    private const string SquareKey = "backbone.res2.res2a.branch2b.conv.weight",
        NeckKey = "neck.yolo_transition_0.conv.weight",
        TipBias = "neck.yolo_block_1.tip.batch_norm.bias";

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "learning rate one step late",
            "rate-shifted",
            new() { Rate = (right, iteration, _) => right(Math.Max(0, iteration - 1)) },
            "1 schedule rate"
        ),
        new(
            "learning rate times ranks",
            "rate-factor",
            new() { Rate = (right, iteration, ranks) => right(iteration) * ranks },
            "0 schedule rate",
            2
        ),
        new(
            "warm-up missing",
            "warm-up-missing",
            new() { Recipe = recipe => recipe with { WarmupIterations = 0, StartFactor = 1 } },
            "0 schedule rate"
        ),
        new(
            "learning rate applied twice",
            "rate-applied",
            new() { Update = (_, rate, norms, right) => right(2 * rate, norms) },
            "0 weights *"
        ),
        new("momentum 0.85", "momentum", new() { Recipe = recipe => recipe with { Momentum = 0.85 } }, "1 momentum *"),
        new("Nesterov momentum", "nesterov", new() { Update = Nesterov }, "0 weights *"),
        new("dampening 0.2", "dampening", new() { Update = Dampened }, "1 momentum *"),
        new("weight decay missing", "weight-decay-missing", new() { Recipe = recipe => recipe with { WeightDecay = 0 } }, "0 momentum *"),
        new(
            "weight decay on the other group",
            "weight-decay-wrong-group",
            new() { Groups = groups => [groups[0] with { WeightDecay = groups[1].WeightDecay }, groups[1] with { WeightDecay = 0 }] },
            "0 momentum *"
        ),
        new(
            "weight decay on all groups",
            "weight-decay-all-groups",
            new() { Groups = groups => [groups[0] with { WeightDecay = groups[1].WeightDecay }, groups[1]] },
            "0 momentum *"
        ),
        new("clipping missing", "clipping-missing", new() { Recipe = recipe => recipe with { ClipGradNorm = null } }, "0 momentum *"),
        new(
            "clipping by the joint norm",
            "clipping-joint",
            new() { Update = (_, rate, norms, right) => right(rate, [.. norms!.Select(_ => Math.Sqrt(norms!.Sum(norm => norm * norm)))]) },
            "0 momentum *"
        ),
        new("gradients not cleared", "gradients-accumulated", new() { KeepsGradients = true }, "1 gradient *"),
        new("loss scale left in gradients", "gradient-scale", new() { LossFactor = _ => 1024 }, "0 backward *"),
        new("loss summed over images", "loss-summed", new() { LossFactor = images => images }, "0 backward *"),
        new(
            "gradients summed over ranks",
            "gradients-summed-over-ranks",
            new() { Reduced = step => Scale(step, step.Ranks.Size) },
            "0 reduction *",
            2
        ),
        new("one rank's gradient missing", "rank-missing", new() { NeedsOwnGradients = true, Reduced = OnlyRank0 }, "0 reduction *", 2),
        new(
            "gradient of one tensor dropped",
            "gradient-dropped",
            new() { Gradients = step => step.Entry(TipBias).Value.grad = null },
            $"0 gradient {TipBias}"
        ),
        new(
            "freeze_at ignored",
            "freeze-ignored",
            new() { Options = options => options with { FreezeAt = -1 } },
            "0 backward backbone.res3.res3a.short.pool"
        ),
        new(
            "frozen too far",
            "frozen-too-far",
            new() { Options = options => options with { FreezeAt = 2 } },
            "0 backward backbone.res5.res5a.short.pool"
        ),
        new(
            "EMA decay constant",
            "ema-no-ramp",
            new() { Recipe = recipe => recipe with { EmaDecay = 0.9, EmaDecayType = EmaDecayType.Normal } },
            "0 ema *"
        ),
        new(
            "EMA decay of another ramp",
            "ema-other-ramp",
            new() { Recipe = recipe => recipe with { EmaDecayType = EmaDecayType.Exponential } },
            "0 ema *"
        ),
        new(
            "EMA update count off by one",
            "ema-step-shifted",
            new() { Prepared = step => step.Ema.LoadState(step.Ema.State(), 1) },
            "0 ema *"
        ),
        new("EMA before the optimizer", "ema-before-optimizer", new() { EmaBeforeOptimizer = true }, "0 ema *"),
        new("EMA saved uncorrected", "ema-not-corrected", new() { SavesEmaUncorrected = true }, "3 end *"),
        new("EMA without running statistics", "ema-buffers-left-out", new() { Averaged = CopyStatistics }, "0 ema *"),
        new("norm momentum 0.01", "norm-momentum", new() { Options = options => options with { NormMomentum = 0.01 } }, "0 buffers *"),
        new("biased running variance", "norm-biased-variance", new() { Forward = WithBiasedVariance }, "0 buffers *"),
        new("norms in evaluation mode", "norm-eval-mode", new() { Prepared = EvaluateNorms }, "0 forward backbone.conv1.conv1_1"),
        new("running statistics frozen", "norm-frozen", new() { Options = options => options with { NormMomentum = 0 } }, "0 buffers *"),
        new(
            "norm epsilon 1e-3",
            "norm-epsilon",
            new() { Options = options => options with { NormEpsilon = 1e-3 } },
            "0 forward backbone.conv1.conv1_1"
        ),
        new("norms of each rank alone", "norm-per-rank", new() { SharesStatistics = false }, "0 forward backbone.conv1.conv1_1", 2),
        new(
            "one weight not loaded",
            "weights-not-loaded",
            new() { Network = network => Change(network, NeckKey, weight => weight.uniform_(-0.05, 0.05, generator: new Generator(1))) },
            $"0 start {NeckKey}"
        ),
        new(
            "one weight transposed",
            "weights-transposed",
            new() { Network = network => Change(network, SquareKey, weight => weight.copy_(weight.transpose(0, 1).clone())) },
            $"0 start {SquareKey}"
        ),
        new(
            "channels of a weight permuted",
            "weights-permuted",
            new() { Network = network => Change(network, NeckKey, Permute) },
            $"0 start {NeckKey}"
        ),
        new("BGR for RGB", "channel-order", new() { Batch = batch => Images(batch, images => images.flip(1)) }, "0 data image"),
        new(
            "other normalization constants",
            "normalization",
            new() { Batch = batch => Images(batch, images => (images * tensor(new[] { 1.1f, 0.9f, 1.05f }).view(1, 3, 1, 1)) + 0.2) },
            "0 data image"
        ),
        new(
            "anchors of levels swapped",
            "anchors-swapped",
            new() { Options = options => options with { AnchorMasks = [options.AnchorMasks[1], options.AnchorMasks[0]] } },
            "0 loss *"
        ),
        new("scale_x_y ignored", "scale-x-y", new() { Options = options => options with { ScaleXY = 1 } }, "0 loss loss_xy"),
        new(
            "ignore threshold 0.43",
            "ignore-threshold",
            new() { Options = options => options with { IgnoreThreshold = 0.43 } },
            "* loss loss_obj"
        ),
        new(
            "weight of the IoU loss 1",
            "iou-loss-weight",
            new() { Options = options => options with { IouLossWeight = 1 } },
            "0 loss loss_iou"
        ),
        new(
            "score of mixed objects ignored",
            "score-ignored",
            new() { Batch = batch => Targets(batch, 5, value => value > 0 ? 1 : 0) },
            "* data target*"
        ),
        new(
            "batches in another order",
            "batch-order",
            new() { Batches = (right, rank) => new Reordered(right(rank), iteration => iteration ^ 1) },
            "0 data image"
        ),
        new(
            "another batch",
            "batch-other",
            new() { Batches = (right, rank) => new Reordered(right(rank), iteration => iteration + 100) },
            "0 data image"
        ),
        new("ranks have each other's batches", "rank-order", new() { Batches = (right, rank) => right(1 - rank) }, "0 data image", 2),
        new(
            "convolutions in bfloat16",
            "lower-precision",
            new() { Network = network => Round(network, ScalarType.BFloat16) },
            "0 forward backbone.conv1.conv1_1.conv"
        ),
        new(
            "convolutions in float16",
            "lower-precision",
            new() { Network = network => Round(network, ScalarType.Float16) },
            "0 forward backbone.conv1.conv1_1.conv"
        ),
        new(
            "DropBlock left on",
            "dropblock-on",
            new() { Options = options => options with { DropBlock = true } },
            "0 forward neck.yolo_block_0.conv_module.dropblock"
        ),
    ];

    /// <summary>The fault of a name.</summary>
    public static PlantedFault Of(string name) => All.Single(fault => fault.Name == name);

    private static void Change(PPYoloNetwork network, string key, Action<Tensor> change)
    {
        using var noGrad = no_grad();
        change(StateEntries.Of(network).Single(entry => entry.Key == key).Value);
    }

    private static void Permute(Tensor weight)
    {
        // 7 has no factor in common with the number of channels: every channel goes elsewhere.
        using var scope = NewDisposeScope();
        weight.copy_(weight.index_select(0, arange(weight.shape[0]).mul(7).remainder(weight.shape[0])));
    }

    private static void Scale(FaultyStep step, double factor)
    {
        foreach (var entry in step.Entries.Where(entry => entry.IsTrainable))
        {
            entry.Value.grad!.mul_(factor);
        }
    }

    /// <summary>Every rank gets rank 0's gradient, divided by their number.</summary>
    private static void OnlyRank0(FaultyStep step)
    {
        foreach (var entry in step.Entries.Where(entry => entry.IsTrainable))
        {
            var own = step.OwnGradients[entry.Key];
            step.Ranks.Broadcast(entry.Key, own);
            entry.Value.grad!.copy_(own / step.Ranks.Size);
        }
    }

    private static void Nesterov(FaultyStep step, double rate, double[]? norms, Action<double, double[]?> right)
    {
        var before = step.Optimizer.Buffers.ToDictionary(pair => pair.Key, pair => pair.Value.clone(), StringComparer.Ordinal);
        right(rate, norms);
        foreach (var (key, buffer) in step.Optimizer.Buffers)
        {
            // buffer - 0.9 before is the gradient as it entered; the step is along it and 0.9 of the buffer.
            var entered = before.TryGetValue(key, out var old) ? buffer - (old * 0.9) : buffer;
            step.Entry(key).Value.sub_((entered + (buffer * 0.9) - buffer) * rate);
        }
    }

    private static void Dampened(FaultyStep step, double rate, double[]? norms, Action<double, double[]?> right)
    {
        var before = step.Optimizer.Buffers.ToDictionary(pair => pair.Key, pair => pair.Value.clone(), StringComparer.Ordinal);
        right(rate, norms);
        foreach (var (key, buffer) in step.Optimizer.Buffers)
        {
            if (before.TryGetValue(key, out var old))
            {
                // Without weight decay this is dampening as PyTorch's: what entered counts 0.8.
                var less = (buffer - (old * 0.9)) * 0.2;
                buffer.sub_(less);
                step.Entry(key).Value.add_(less * rate);
            }
        }
    }

    private static void CopyStatistics(FaultyStep step)
    {
        foreach (var (key, average) in step.Ema.Averages)
        {
            if (key.Contains("running_", StringComparison.Ordinal))
            {
                average.copy_(step.Entry(key).Value);
            }
        }
    }

    private static Batch Images(Batch batch, Func<Tensor, Tensor> change)
    {
        using var scope = NewDisposeScope();
        return Map(batch, (name, tensor) => name == "image" ? change(tensor.ToTorch()).ToData() : tensor);
    }

    private static Batch Targets(Batch batch, int channel, Func<float, float> change) =>
        Map(
            batch,
            (name, tensor) =>
            {
                if (!name.StartsWith("target", StringComparison.Ordinal))
                {
                    return tensor;
                }

                using var scope = NewDisposeScope();
                var target = tensor.ToTorch();
                var part = target.select(2, channel);
                part.copy_(torch.tensor(part.contiguous().data<float>().ToArray().Select(change).ToArray()).view(part.shape));
                return target.ToData();
            }
        );

    private static Batch Map(Batch batch, Func<string, TensorData, TensorData> change)
    {
        var tensors = new NamedTensors();
        foreach (var (name, tensor) in batch.Named)
        {
            tensors.Add(name, change(name, tensor));
        }

        return new(tensors, batch.Source);
    }

    private sealed class Reordered(IBatchSource source, Func<int, int> order) : IBatchSource
    {
        public Batch At(int iteration) => source.At(order(iteration));
    }
}
