using PPYolo.Model;
using static TorchSharp.torch;

namespace PPYolo.Train.Tracing;

/// <summary>Shows what backbone, neck and head of a network hand on.</summary>
public sealed class NetworkOutputs : IDisposable
{
    private readonly List<Action> removeHooks = [];
    private readonly Action<string, Tensor> told;

    private NetworkOutputs(Action<string, Tensor> told) => this.told = told;

    /// <summary>Watches a network until the result is disposed.</summary>
    /// <param name="network">The network.</param>
    /// <param name="told">
    /// Given "backbone0", "neck0", "head0" and so on and each of those maps (B,C,S/stride,S/stride), in forward order; for looking, not for
    /// changing.
    /// </param>
    public static NetworkOutputs Watch(PPYoloNetwork network, Action<string, Tensor> told)
    {
        var outputs = new NetworkOutputs(told);
        foreach (var (name, part) in network.named_children())
        {
            var shown = name == "yolo_head" ? "head" : name;
            outputs.removeHooks.Add(
                part switch
                {
                    nn.Module<Tensor, IReadOnlyList<Tensor>> first => first
                        .register_forward_hook((_, _, maps) => outputs.Tell(shown, maps))
                        .remove,
                    nn.Module<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> later => later
                        .register_forward_hook((_, _, maps) => outputs.Tell(shown, maps))
                        .remove,
                    _ => throw new InvalidOperationException($"'{name}' hands on no list of maps"),
                }
            );
        }

        return outputs;
    }

    /// <summary>Stops watching.</summary>
    public void Dispose()
    {
        removeHooks.ForEach(remove => remove());
        removeHooks.Clear();
    }

    private IReadOnlyList<Tensor> Tell(string part, IReadOnlyList<Tensor> maps)
    {
        for (var i = 0; i < maps.Count; i++)
        {
            told($"{part}{i}", maps[i]);
        }

        return maps;
    }
}
