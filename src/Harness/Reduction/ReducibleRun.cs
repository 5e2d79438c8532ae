using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Head;
using PPYolo.Model.Layers;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Harness.Reduction;

/// <summary>A training that this program repeats, held before one of its iterations.</summary>
internal sealed class ReducibleRun : IReducedSide, IDisposable
{
    // Any size will do: what the network makes of these images is replaced.
    private const int Side = 64;

    private readonly Trainer trainer;
    private readonly StepParts parts;

    /// <summary>Trains up to an iteration.</summary>
    /// <param name="plan">The training, of one rank.</param>
    /// <param name="iteration">The iteration, from 0.</param>
    public ReducibleRun(RunPlan plan, int iteration)
    {
        StepParts? made = null;
        var spy = new Alteration { Parts = own => made = own };
        trainer = new(plan with { Alteration = plan.Alteration.And(spy) }, new SoloRanks());
        parts = made!;
        Iteration = iteration;
        for (var i = 0; i < iteration; i++)
        {
            trainer.Next();
        }

        Weights = NetworkState.Save(Network);
        ReducedModule.Draw(Network, plan.Seed, iteration);
    }

    /// <summary>The iteration that comes.</summary>
    public int Iteration { get; }

    /// <summary>The network.</summary>
    public PPYoloNetwork Network => trainer.Step.Network;

    /// <summary>Its weights and statistics before the iteration.</summary>
    public NamedTensors Weights { get; }

    /// <summary>The weights of a module and of all that it uses.</summary>
    public NamedTensors WeightsOf(string module)
    {
        var used = Used(module).Select(layer => layer + ".").ToList();
        var own = new NamedTensors();
        foreach (var (key, tensor) in Weights.Where(pair => used.Exists(layer => pair.Key.StartsWith(layer, StringComparison.Ordinal))))
        {
            own.Add(key, tensor);
        }

        return own;
    }

    /// <summary>How many modules without modules inside a module uses; losses are one.</summary>
    public int LayersIn(string module) => module == ReducedModule.Losses ? 1 : Used(module).Count();

    /// <summary>The modules without modules inside that a module is, has, or uses without having it.</summary>
    private IEnumerable<string> Used(string module)
    {
        List<(string Name, nn.Module Module)> all = [.. Network.named_modules()];
        List<(string Name, nn.Module Module)> inside =
        [
            .. all.Where(one =>
                (one.Name == module || one.Name.StartsWith(module + ".", StringComparison.Ordinal)) && !one.Module.named_children().Any()
            ),
        ];
        // Its offsets are the owner's, and stand beside it.
        var offsets = inside.Select(one => one.Module).OfType<DeformableConv>().Select(conv => (nn.Module)conv.Offsets).ToList();
        return inside
            .Select(one => one.Name)
            .Union(all.Where(one => offsets.Exists(conv => ReferenceEquals(conv, one.Module))).Select(one => one.Name));
    }

    /// <summary>Trains the iteration, and keeps what modules are given in it.</summary>
    /// <param name="modules">The names of the modules, and <see cref="ReducedModule.Losses"/>.</param>
    /// <returns>Of each that was called, its inputs when it was called first.</returns>
    public IReadOnlyDictionary<string, NamedTensors> Inputs(IReadOnlyCollection<string> modules)
    {
        var inputs = new Dictionary<string, NamedTensors>(StringComparer.Ordinal);
        var hooks = new List<Action>();
        void Keep(string name, IEnumerable<Tensor> given)
        {
            if (!inputs.ContainsKey(name))
            {
                inputs[name] = given.Select((tensor, i) => KeyValuePair.Create($"input{i}", tensor)).ToData();
            }
        }

        foreach (var (name, module) in Network.named_modules().Where(pair => modules.Contains(pair.name)).ToList())
        {
            hooks.Add(
                module switch
                {
                    nn.Module<Tensor, Tensor> one => one.register_forward_pre_hook((_, given) => Kept(name, given)).remove,
                    nn.Module<Tensor, IReadOnlyList<Tensor>> spread => spread
                        .register_forward_pre_hook((_, given) => Kept(name, given))
                        .remove,
                    nn.Module<Tensor, (Tensor Route, Tensor Tip)> block => block
                        .register_forward_pre_hook((_, given) => Kept(name, given))
                        .remove,
                    nn.Module<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> many => many.register_forward_pre_hook(
                        (_, given) =>
                        {
                            Keep(name, given);
                            return given;
                        }
                    ).remove,
                    _ => () => { },
                }
            );
        }

        Tensor Kept(string name, Tensor given)
        {
            Keep(name, [given]);
            return given;
        }

        NamedTensors? outputs = null;
        hooks.Add(
            Network
                .register_forward_hook(
                    (_, _, maps) =>
                    {
                        outputs = maps.Select((map, i) => KeyValuePair.Create($"input{i}", map)).ToData();
                        return maps;
                    }
                )
                .remove
        );
        var batch = trainer.Next().Batch;
        hooks.ForEach(remove => remove());
        foreach (var tensor in batch.Targets.Prepend(batch.Boxes))
        {
            outputs!.Add($"input{outputs.Count}", tensor);
        }

        inputs[ReducedModule.Losses] = outputs!;
        return inputs;
    }

    /// <inheritdoc />
    public NamedTensors Run(string module, NamedTensors inputs, NamedTensors weights, IReadOnlyList<int>? images) =>
        ReducedModule.Run(Network, module, inputs, weights, Losses);

    /// <inheritdoc />
    public bool Knows(string tensor) => true;

    /// <summary>Frees the network.</summary>
    public void Dispose() => trainer.Dispose();

    /// <summary>The losses of a step that has the head's outputs from somewhere else.</summary>
    private LossTerms Losses(IReadOnlyList<Tensor> outputs, Tensor boxes, IReadOnlyList<Tensor> targets)
    {
        var hook = Network.register_forward_hook((_, _, _) => [.. outputs.Select(output => output.alias())]);
        try
        {
            return parts.Losses(zeros(boxes.shape[0], 3, Side, Side), boxes, targets);
        }
        finally
        {
            hook.remove();
        }
    }
}
