using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Train.Weights;

/// <summary>Moves weights between a network and named tensors.</summary>
public static class NetworkState
{
    /// <summary>Makes a network that has its weights.</summary>
    /// <param name="options">What to make.</param>
    /// <param name="weights">As for <see cref="Load"/>.</param>
    /// <param name="device">Where it is.</param>
    /// <exception cref="AlignException">The weights are not this network's.</exception>
    public static PPYoloNetwork Create(NetworkOptions options, NamedTensors weights, Device device)
    {
        var network = new PPYoloNetwork(options);
        Load(network, weights);
        return device.type == DeviceType.CPU ? network : network.to(device);
    }

    /// <summary>Overwrites every entry of the network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Exactly its entries; num_batches_tracked may be missing and is then 0.</param>
    /// <exception cref="AlignException">A name is missing or unknown, or a shape or type differs; the network is unchanged.</exception>
    public static void Load(PPYoloNetwork network, NamedTensors weights)
    {
        var entries = StateEntries.Of(network);
        if (Difference(entries, weights) is { } difference)
        {
            throw new AlignException($"the weights are not this network's: {difference}");
        }

        foreach (var entry in entries)
        {
            if (weights.TryGet(entry.Key, out var tensor))
            {
                tensor.CopyTo(entry.Key, entry.Value);
            }
            else
            {
                entry.Value.zero_();
            }
        }
    }

    /// <summary>In what weights are not exactly a network's entries, or null where they are.</summary>
    public static string? Difference(IReadOnlyList<StateEntry> entries, NamedTensors weights)
    {
        var missing = entries.Where(entry => !entry.IsBatchCounter && !weights.Contains(entry.Key)).Select(entry => entry.Key).ToList();
        var unknown = weights.Names.Except(entries.Select(entry => entry.Key)).ToList();
        var misshapen = entries
            .Where(entry =>
                weights.TryGet(entry.Key, out var tensor)
                && (!tensor.Shape.AsSpan().SequenceEqual(entry.Value.shape) || tensor.Type != TorchTensors.ElementTypeOf(entry.Value))
            )
            .Select(entry =>
                $"{entry.Key} (expected {TorchTensors.ElementTypeOf(entry.Value).Name()} {string.Join('x', entry.Value.shape)}, found "
                + $"{weights[entry.Key]})"
            )
            .ToList();
        return missing.Count + unknown.Count + misshapen.Count == 0
            ? null
            : string.Join("; ", Listed("missing", missing), Listed("unknown", unknown), Listed("of another shape or type", misshapen));
    }

    /// <summary>Copies every entry of the network, in state_dict order.</summary>
    public static NamedTensors Save(PPYoloNetwork network) =>
        StateEntries.Of(network).Select(entry => KeyValuePair.Create(entry.Key, entry.Value)).ToData();

    private static string Listed(string what, List<string> names) =>
        $"{names.Count} {what}" + (names.Count == 0 ? "" : $" ({string.Join(", ", names.Take(3))}{(names.Count > 3 ? ", ..." : "")})");
}
