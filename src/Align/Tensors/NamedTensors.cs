using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace PPYolo.Align.Tensors;

/// <summary>
/// Tensors by name in a fixed order: what every file format reads into and every comparison takes. Names are the state_dict keys of the
/// network they came from. Dispose it to release the files that its tensors may be in; the tensors must not be used afterwards.
/// </summary>
public sealed class NamedTensors : IEnumerable<KeyValuePair<string, TensorData>>, IDisposable
{
    private readonly OrderedDictionary<string, TensorData> tensors = new(StringComparer.Ordinal);
    private readonly List<IDisposable> owned = [];

    /// <summary>The number of tensors.</summary>
    public int Count => tensors.Count;

    /// <summary>The names in order.</summary>
    public IReadOnlyList<string> Names => tensors.Keys;

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="AlignException">There is none of that name.</exception>
    public TensorData this[string name] =>
        tensors.TryGetValue(name, out var tensor)
            ? tensor
            : throw new AlignException($"tensor '{name}' is missing; there are {Count} others");

    /// <summary>Appends a tensor.</summary>
    /// <exception cref="AlignException">The name is taken.</exception>
    public void Add(string name, TensorData tensor)
    {
        if (!tensors.TryAdd(name, tensor))
        {
            throw new AlignException($"tensor '{name}' is there twice");
        }
    }

    /// <summary>Looks a tensor up.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorData? tensor) => tensors.TryGetValue(name, out tensor);

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Contains(string name) => tensors.ContainsKey(name);

    /// <summary>Makes this collection the owner of something that its tensors need, such as a mapped file.</summary>
    public void Own(IDisposable resource) => owned.Add(resource);

    /// <summary>The same tensors in the same order under other names. The new collection owns what this one did.</summary>
    /// <exception cref="AlignException">Two names become one.</exception>
    public NamedTensors Renamed(Func<string, string> rename)
    {
        var renamed = new NamedTensors();
        foreach (var (name, tensor) in this)
        {
            renamed.Add(rename(name), tensor);
        }

        renamed.owned.AddRange(owned);
        owned.Clear();
        return renamed;
    }

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, TensorData>> GetEnumerator() => tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var resource in owned)
        {
            resource.Dispose();
        }

        owned.Clear();
    }
}
