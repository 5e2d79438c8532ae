using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;

namespace PPYolo.Train.Conversion;

/// <summary>A network and how a file's tensors fit it, whatever its number of classes.</summary>
/// <param name="Name">r18vd, r50vd ...</param>
/// <param name="Options">The network; the classes are the file's where it has a head.</param>
/// <param name="Names">Every entry of the state_dict, in order.</param>
/// <param name="Missing">Entries, other than batch counters, that the file does not have.</param>
/// <param name="Unknown">Names of the file that the network does not have.</param>
/// <param name="OtherShape">Entries of another shape; each with both.</param>
internal sealed record KnownNetwork(
    string Name,
    NetworkOptions Options,
    IReadOnlyList<string> Names,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unknown,
    IReadOnlyList<string> OtherShape
)
{
    public bool Fits => Missing.Count + Unknown.Count + OtherShape.Count == 0;

    private int Misfits => Missing.Count + Unknown.Count + OtherShape.Count;

    /// <summary>The network that fits, else the one that fits best.</summary>
    public static KnownNetwork Nearest(NamedTensors tensors)
    {
        KnownNetwork? nearest = null;
        foreach (var name in NetworkPresets.Names)
        {
            var one = Of(name, tensors);
            if (nearest is null || one.Misfits < nearest.Misfits)
            {
                nearest = one;
            }

            if (one.Fits)
            {
                break;
            }
        }

        return nearest!;
    }

    /// <summary>How tensors fit a network.</summary>
    public static KnownNetwork Of(string name, NamedTensors tensors)
    {
        var options = NetworkPresets.Find(name)!;
        var head = tensors.FirstOrDefault(pair => HeadResize.IsHead(pair.Key)).Value;
        options = HeadResize.TryClassesOf(head, options, out var classes) ? options with { Classes = classes } : options;
        using var network = new PPYoloNetwork(options);
        var entries = StateEntries.Of(network);
        var known = entries.Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        return new(
            name,
            options,
            [.. entries.Select(entry => entry.Key)],
            [.. entries.Where(entry => !entry.IsBatchCounter && !tensors.Contains(entry.Key)).Select(entry => entry.Key)],
            [.. tensors.Names.Where(key => !known.Contains(key))],
            [
                .. entries
                    .Where(entry =>
                        tensors.TryGet(entry.Key, out var tensor)
                        && !entry.IsBatchCounter
                        && !tensor.Shape.AsSpan().SequenceEqual(entry.Value.shape)
                    )
                    .Select(entry =>
                        $"{entry.Key} ({tensors[entry.Key].ShapeText} in the file, {string.Join('x', entry.Value.shape)} in {name})"
                    ),
            ]
        );
    }
}
