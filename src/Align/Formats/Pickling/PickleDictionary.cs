using System.Diagnostics.CodeAnalysis;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>A dict: entries in the order of their first appearance; a key that is set again keeps its place, as in Python.</summary>
internal sealed class PickleDictionary
{
    private readonly List<KeyValuePair<PickleValue, PickleValue>> entries = [];
    private Dictionary<object, int>? places;

    public IReadOnlyList<KeyValuePair<PickleValue, PickleValue>> Entries => entries;

    public void Set(PickleValue key, PickleValue value)
    {
        var content = PickleKey.Of(key) ?? throw new AlignException($"expected a string or number as key of a dict, found {key}");
        places ??= new(SeededKeys.Instance);
        if (places.TryAdd(content, entries.Count))
        {
            entries.Add(new(key, value));
        }
        else
        {
            entries[places[content]] = new(entries[places[content]].Key, value);
        }
    }

    public bool TryGet(PickleValue key, [NotNullWhen(true)] out PickleValue? value)
    {
        var content = PickleKey.Of(key);
        var found = content is not null && places is not null && places.TryGetValue(content, out var place) ? entries[place].Value : null;
        value = found;
        return found is not null;
    }

    /// <summary>The first keys, for messages.</summary>
    public string Describe() =>
        entries.Count == 0
            ? "an empty one"
            : string.Join(", ", entries.Take(5).Select(entry => entry.Key)) + (entries.Count > 5 ? $" and {entries.Count - 5} more" : "");
}
