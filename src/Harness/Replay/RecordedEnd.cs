using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Model.State;
using PPYolo.Train.Runs;

namespace PPYolo.Harness.Replay;

/// <summary>A part of what a recorded run ended with.</summary>
/// <param name="Title">What it is, such as "moving averages".</param>
/// <param name="Of">The same part of another run's end.</param>
/// <param name="Tensors">Its tensors, all of them entries of the network.</param>
public sealed record RecordedEnd(string Title, Func<RunEnd, NamedTensors> Of, NamedTensors Tensors)
{
    /// <summary>Reads a file of weights.</summary>
    /// <param name="title">What they are.</param>
    /// <param name="of">The same part of another run's end.</param>
    /// <param name="file">The file.</param>
    /// <param name="entries">Those of the network that is trained.</param>
    /// <param name="notes">Is told what the file lacks.</param>
    /// <exception cref="AlignException">It cannot be read, or is another network's.</exception>
    internal static RecordedEnd Read(
        string title,
        Func<RunEnd, NamedTensors> of,
        string file,
        IReadOnlyList<StateEntry> entries,
        List<string> notes
    )
    {
        var tensors = TensorFile.Read(file);
        var known = entries.ToDictionary(entry => entry.Key, StringComparer.Ordinal);
        var foreign = tensors
            .Where(pair =>
                !known.TryGetValue(pair.Key, out var entry)
                || !pair.Value.Shape.AsSpan().SequenceEqual(entry.Value.shape)
                || (!entry.IsBatchCounter && pair.Value.Type != TorchTensors.ElementTypeOf(entry.Value))
            )
            .Select(pair =>
                known.TryGetValue(pair.Key, out var entry)
                    ? $"{pair.Key} is {pair.Value}, not {TorchTensors.ElementTypeOf(entry.Value).Name()} "
                        + string.Join('x', entry.Value.shape)
                    : $"{pair.Key} is no entry of it"
            )
            .ToList();
        if (foreign.Count > 0)
        {
            throw new AlignException(
                $"{file}: expected the end of a run of the same network, found another's: {string.Join("; ", foreign.Take(2))}"
                    + (foreign.Count > 2 ? $"; and {foreign.Count - 2} more" : "")
                    + "; check --config and the number of classes, or name the right file with --end"
            );
        }

        var missing = entries.Where(entry => !entry.IsBatchCounter && !tensors.Contains(entry.Key)).Select(entry => entry.Key).ToList();
        if (missing.Count == entries.Count(entry => !entry.IsBatchCounter))
        {
            throw new AlignException($"{file}: expected the end of a run, found no entry of the network in it");
        }

        if (missing.Count > 0)
        {
            notes.Add($"{file} lacks {missing.Count} entries of the network, {missing[0]} first: they are not compared");
        }

        return new(title, of, tensors);
    }
}
