using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Align.Formats.Selection;

/// <summary>
/// Finds the weights in what a program saved. Where conventions tell which of several entries with tensors they are, that is taken and the
/// others are named; where they do not, the file is refused: a comparison of the wrong entry would be a verdict on nothing.
/// </summary>
internal sealed class WeightSelection(ByteSource file)
{
    // More names would hide the message.
    private const int MostNames = 6;

    // Tensors beside a moving average may be what it is the average of; tensors beside a model are few and small, such as anchors or
    // counts.
    // An entry with the weights' own size beside them is another state of them, such as a moving average; one that is much larger says
    // that the weights are elsewhere.
    private const long MuchLarger = 2;

    private readonly SavedValues values = new(file);

    private readonly record struct Holder(string Name, PickleValue Value, Amount Amount);

    /// <summary>Finds them by convention.</summary>
    /// <exception cref="AlignException">There are none, or nothing tells which of several they are.</exception>
    public Selected Find(PickleValue root)
    {
        if (root.Kind != PickleKind.Dict)
        {
            throw Refused("", root, "a dict of tensors", $"{root}");
        }

        var leftOut = new List<LeftOutEntry>();
        var (place, dict) = ("", root);
        while (true)
        {
            var direct = SavedValues.Entries(dict).Where(entry => SavedValues.AsTensor(entry.Value) is not null).ToList();
            var holders = Holders(dict);
            var names = holders.Select(holder => holder.Name).ToHashSet(StringComparer.Ordinal);
            var candidates = holders.Where(holder => !EntryNames.IsAuxiliary(holder.Name)).ToList();
            if (candidates.Count == 0)
            {
                if (direct.Count == 0 && dict.AsDict().Count > 0)
                {
                    throw Refused(
                        place,
                        dict,
                        "tensors by name",
                        $"the keys {string.Join(", ", dict.AsDict().Take(5).Select(entry => entry.Key))}"
                    );
                }

                leftOut.AddRange(BesideIn(place, holders));
                return new(place, dict, [.. SavedValues.Entries(dict).Where(entry => !names.Contains(entry.Name))], leftOut);
            }

            var wrapper = EntryNames
                .Wrappers.SelectMany(name => candidates.Where(holder => holder.Name == name && holder.Value.Kind == PickleKind.Dict))
                .Cast<Holder?>()
                .FirstOrDefault();
            if (wrapper is not { } chosen || !Stands(chosen, candidates, direct, isRoot: place.Length == 0))
            {
                throw Refused(
                    place,
                    dict,
                    "one set of weights",
                    candidates.Count + direct.Count == 1 ? "tensors in an entry of an unknown name" : "tensors in several entries"
                );
            }

            leftOut.AddRange(BesideIn(place, holders.Where(holder => holder.Name != chosen.Name)));
            leftOut.AddRange(
                direct.Select(entry => new LeftOutEntry(EntryNames.Join(place, entry.Name), $"beside the weights: {entry.Value}"))
            );
            leftOut.AddRange(
                SavedValues
                    .Entries(dict)
                    .Where(entry =>
                        entry.Value.Kind != PickleKind.None && !names.Contains(entry.Name) && SavedValues.AsTensor(entry.Value) is null
                    )
                    .Select(entry => NoTensor(EntryNames.Join(place, entry.Name), entry.Value))
            );
            (place, dict) = (EntryNames.Join(place, chosen.Name), chosen.Value);
        }
    }

    /// <summary>Takes the tensors of an entry, however deep they are.</summary>
    /// <exception cref="AlignException">There is no such entry, or none in it.</exception>
    public Selected Take(PickleValue root, string path)
    {
        var leftOut = new List<LeftOutEntry>();
        var value =
            path == EntryNames.Root
                ? root
                : Resolve(root, path, "", leftOut) ?? throw Refused("", root, $"an entry '{path}' as --key says", "none of that name");
        return values.Weigh(value).Tensors > 0
            ? new(path == EntryNames.Root ? "" : path, value, [.. values.Flatten(value)], leftOut)
            : throw Refused("", root, $"tensors in '{path}' as --key says", $"{value}");
    }

    /// <summary>What is left out since it has no tensor in it.</summary>
    public static LeftOutEntry NoTensor(string name, PickleValue value) => new(name, $"no tensor: {value}");

    /// <summary>Follows a path, and lists what is beside it on the way.</summary>
    private PickleValue? Resolve(PickleValue value, string path, string place, List<LeftOutEntry> leftOut)
    {
        foreach (var (name, item) in SavedValues.Entries(value))
        {
            var rest =
                name == path ? ""
                : path.Length > name.Length && path[name.Length] == EntryNames.Separator && path.StartsWith(name, StringComparison.Ordinal)
                    ? path[(name.Length + 1)..]
                : null;
            if (rest is null || (rest.Length == 0 ? item : Resolve(item, rest, EntryNames.Join(place, name), leftOut)) is not { } found)
            {
                continue;
            }

            leftOut.AddRange(
                SavedValues
                    .Entries(value)
                    .Where(entry => !ReferenceEquals(entry.Value, item) && entry.Value.Kind != PickleKind.None)
                    .Select(entry => Beside(EntryNames.Join(place, entry.Name), entry.Value))
            );
            return found;
        }

        return null;
    }

    /// <summary>Whether a wrapper holds the weights for certain, with what is beside it.</summary>
    private static bool Stands(Holder wrapper, List<Holder> candidates, List<(string Name, PickleValue Value)> direct, bool isRoot) =>
        isRoot
            ? (
                EntryNames.IsAverage(wrapper.Name)
                    ? direct.TrueForAll(entry => SavedValues.IsNumber(entry.Value))
                    : direct.Sum(entry => SavedValues.Elements(SavedValues.AsTensor(entry.Value)!)) <= wrapper.Amount.Elements
            ) && candidates.All(other => other.Amount.Elements <= MuchLarger * wrapper.Amount.Elements)
            : direct.Count == 0 && candidates.Count == 1;

    private List<Holder> Holders(PickleValue value) =>
        [
            .. SavedValues
                .Entries(value)
                .Where(entry => SavedValues.AsTensor(entry.Value) is null)
                .Select(entry => new Holder(entry.Name, entry.Value, values.Weigh(entry.Value)))
                .Where(holder => holder.Amount.Tensors > 0),
        ];

    private IEnumerable<LeftOutEntry> BesideIn(string place, IEnumerable<Holder> holders) =>
        holders.Select(holder => Beside(EntryNames.Join(place, holder.Name), holder.Value));

    private LeftOutEntry Beside(string path, PickleValue value)
    {
        var amount = values.Weigh(value);
        return amount.Tensors == 0 ? NoTensor(path, value)
            : EntryNames.IsAuxiliary(path) ? new(path, $"state of the training run, {amount}")
            : new(path, $"{amount} beside the weights; --key {path} takes {(amount.Tensors == 1 ? "it" : "them")}");
    }

    private AlignException Refused(string place, PickleValue value, string expected, string found)
    {
        var holders = Holders(value);
        var direct = SavedValues.Entries(value).Where(entry => SavedValues.AsTensor(entry.Value) is not null).ToList();
        if (holders.Count + direct.Count == 0)
        {
            return file.Error(expected, found, Advice.Tensors);
        }

        var listed = holders
            .Take(MostNames)
            .Select(holder =>
                $"'{EntryNames.Join(place, holder.Name)}' (a {holder.Value.Kind.ToString().ToLowerInvariant()} with {holder.Amount})"
            )
            .Concat(direct.Take(MostNames).Select(entry => $"'{EntryNames.Join(place, entry.Name)}' (a tensor)"))
            .ToList();
        var more = holders.Count + direct.Count - listed.Count;
        var all = place.Length == 0 ? EntryNames.Root : place;
        return file.Error(
            expected,
            $"{found}; tensors are in {string.Join(", ", listed)}{(more > 0 ? $" and {more} more" : "")}",
            (holders.Count > 0 ? $"choose with --key, such as --key {EntryNames.Join(place, holders[0].Name)}; " : "")
                + $"--key {all} takes all of them, nested names joined by dots (ppyolo diff and convert)"
        );
    }
}
