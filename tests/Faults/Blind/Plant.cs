using System.Reflection;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Kernels.Operations;
using PPYolo.Model;
using PPYolo.Model.State;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Ways to plant a fault in the midst of a training.</summary>
internal static class Plant
{
    /// <summary>A layer's output is another, given its input and its right output.</summary>
    public static Alteration Output(string layer, Func<Tensor, Tensor, Tensor> change) =>
        Outputs<nn.Module<Tensor, Tensor>>(name => name == layer, (_, input, output) => change(input, output));

    /// <summary>The outputs of all layers of a kind and name are others.</summary>
    public static Alteration Outputs<T>(Func<string, bool> which, Func<T, Tensor, Tensor, Tensor> change)
        where T : nn.Module<Tensor, Tensor> =>
        Layers<T>(which, layer => layer.register_forward_hook((_, input, output) => change(layer, input, output)));

    /// <summary>A layer is fed something else.</summary>
    public static Alteration Input(string layer, Func<Tensor, Tensor> change) =>
        Layers<nn.Module<Tensor, Tensor>>(name => name == layer, module => module.register_forward_pre_hook((_, input) => change(input)));

    /// <summary>Something is done to layers after their start weights were loaded.</summary>
    public static Alteration Layers<T>(Func<string, bool> which, Action<T> change)
        where T : nn.Module =>
        new()
        {
            Loaded = network =>
            {
                var layers = network.named_modules().Where(pair => pair.module is T && which(pair.name)).ToList();
                if (layers.Count == 0)
                {
                    throw new InvalidOperationException("the network has no such layer");
                }

                layers.ForEach(pair => change((T)pair.module));
            },
        };

    /// <summary>What a layer last handed on, with its way back to the weights.</summary>
    public static Func<Tensor> LastOf(nn.Module<Tensor, Tensor> layer, Func<Tensor, Tensor>? keep = null)
    {
        Tensor? last = null;
        layer.register_forward_hook(
            (_, _, output) =>
            {
                last?.Dispose();
                last = (keep is null ? output.alias() : keep(output)).DetachFromDisposeScope();
                return output;
            }
        );
        return () => last!;
    }

    /// <summary>Start weights are changed.</summary>
    public static Alteration Weights(Action<IReadOnlyDictionary<string, Tensor>> change) =>
        new()
        {
            Loaded = network =>
            {
                using var noGrad = no_grad();
                using var scope = NewDisposeScope();
                change(StateEntries.Of(network).ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal));
            },
        };

    /// <summary>Other parts, which are told what iteration it is.</summary>
    public static Alteration Timed(Func<StepParts, Func<int>, StepParts> change) =>
        new()
        {
            Parts = parts =>
            {
                var iteration = -1;
                var changed = change(parts, () => iteration);
                return changed with
                {
                    ClearGradients = () =>
                    {
                        iteration++;
                        changed.ClearGradients();
                    },
                };
            },
        };

    /// <summary>Gradients of a rank are changed after the backward pass of an iteration.</summary>
    public static Alteration Gradients(Func<int, bool> when, Action<StepParts> change) =>
        Timed(
            (parts, iteration) =>
                parts with
                {
                    Backward = (moment, weight) =>
                    {
                        parts.Backward(moment, weight);
                        if (when(iteration()))
                        {
                            using var noGrad = no_grad();
                            change(parts);
                        }
                    },
                }
        );

    /// <summary>The optimizer's step is put right, or wrong, afterwards, given what momentum was before.</summary>
    public static Alteration AfterUpdate(Action<StepParts, IReadOnlyDictionary<string, Tensor>, double> change) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Update = (rate, norms) =>
                    {
                        using var noGrad = no_grad();
                        var before = parts.Optimizer.Buffers.ToDictionary(
                            pair => pair.Key,
                            pair => pair.Value.clone(),
                            StringComparer.Ordinal
                        );
                        parts.Update(rate, norms);
                        change(parts, before, rate);
                    },
                },
        };

    /// <summary>The averages are changed after their step, given what they and their decay were before.</summary>
    public static Alteration AfterAverage(Action<StepParts, IReadOnlyDictionary<string, Tensor>, double, int> change) =>
        Timed(
            (parts, iteration) =>
                parts with
                {
                    MoveAverage = () =>
                    {
                        using var noGrad = no_grad();
                        var decay = parts.Average.Decay(parts.Average.Updates);
                        var before = parts.Average.Averages.ToDictionary(
                            pair => pair.Key,
                            pair => pair.Value.clone(),
                            StringComparer.Ordinal
                        );
                        parts.MoveAverage();
                        change(parts, before, decay, iteration());
                    },
                }
        );

    /// <summary>Other images, (B,3,S,S).</summary>
    public static Alteration Images(Func<Tensor, Tensor> change) => Fed(name => name == "image", change);

    /// <summary>Other targets of each level, (B,A,6+C,g,g).</summary>
    public static Alteration Targets(Func<Tensor, Tensor> change) =>
        Fed(name => name.StartsWith("target", StringComparison.Ordinal), change);

    /// <summary>Other boxes, (B,N,4).</summary>
    public static Alteration Boxes(Func<Tensor, Tensor> change) => Fed(name => name == "gt_bbox", change);

    /// <summary>A tensor that has one tensor's value and the gradient of another.</summary>
    public static Tensor Straight(Tensor value, Tensor way) => value.detach().Plus(way - way.detach());

    /// <summary>The gradient of a trained parameter.</summary>
    public static Tensor Gradient(this StepParts parts, string key) =>
        parts.Entry(key).Value.grad ?? throw new InvalidOperationException($"{key} has no gradient");

    /// <summary>A field that nobody else may see.</summary>
    public static object? Get(object owner, string field) => Field(owner, field).GetValue(owner);

    /// <summary>Changes a field that nobody else may see.</summary>
    public static void Set(object owner, string field, object value) => Field(owner, field).SetValue(owner, value);

    /// <summary>The network's layer of a name.</summary>
    public static T Layer<T>(this PPYoloNetwork network, string name)
        where T : nn.Module => (T)network.named_modules().Single(pair => pair.name == name).module;

    /// <summary>A batch with some of its tensors changed.</summary>
    public static Batch Map(Batch batch, Func<string, bool> which, Func<Tensor, Tensor> change)
    {
        using var scope = NewDisposeScope();
        var tensors = new NamedTensors();
        foreach (var (name, tensor) in batch.Named)
        {
            tensors.Add(name, which(name) ? change(tensor.ToTorch()).contiguous().ToData() : tensor);
        }

        return new(tensors, batch.Source);
    }

    private static Alteration Fed(Func<string, bool> which, Func<Tensor, Tensor> change) =>
        Alteration.OfBatch(batch => Map(batch, which, change));

    private static FieldInfo Field(object owner, string field)
    {
        const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;
        return owner.GetType().GetField(field, Hidden)
            ?? owner.GetType().GetField($"<{field}>k__BackingField", Hidden)
            ?? throw new InvalidOperationException($"{owner.GetType()} has no field {field}");
    }
}
