using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Model.State;

namespace PPYolo.Train.Optimization;

/// <summary>
/// Finds out whose momentum is whose in an optimizer's state, which only numbers parameters: over groups by weight decay or over one group
/// for each parameter, as <see cref="ParameterGrouping"/> has them.
/// </summary>
public static class NamedMomentum
{
    /// <summary>The momentum of each parameter that has one, by key.</summary>
    /// <param name="entries">The network's state_dict.</param>
    /// <param name="state">The optimizer's state.</param>
    /// <exception cref="AlignException">The groups or the shapes are those of another network.</exception>
    public static NamedTensors Of(IReadOnlyList<StateEntry> entries, SgdState state)
    {
        var found = state.Groups.Select(group => group.Parameters.Count).ToList();
        var each = ParameterGroup.Of(entries, 0, ParameterGrouping.Each);
        // An optimizer that was given the parameters one by one as they are in the state_dict is the same but for its order.
        IReadOnlyList<ParameterGroup> listed =
        [
            .. entries.Where(entry => entry.IsTrainable).Select(entry => new ParameterGroup(ParameterGroup.NameFor(entry), [entry], 0)),
        ];
        var layouts = new[] { ParameterGroup.Of(entries, 0), each, listed }
            .Where(groups => groups.Select(group => group.Parameters.Count).SequenceEqual(found))
            .Select(groups => Keys(groups, state))
            .ToList();
        if (layouts.Count == 0)
        {
            var expected = ParameterGroup.Of(entries, 0).Select(group => group.Parameters.Count).ToList();
            throw new AlignException(
                $"expected an optimizer of {string.Join(" + ", expected)} parameters, or of {expected.Sum()} groups of one, found "
                    + $"{Sizes(found)}; freezeAt or the network may be another"
            );
        }

        var keys = layouts.Find(layout => state.MomentumBuffers.All(buffer => Fits(layout, buffer.Key, buffer.Value))) ?? layouts[0];
        var momentum = new NamedTensors();
        foreach (var (number, buffer) in state.MomentumBuffers)
        {
            if (!keys.TryGetValue(number, out var entry))
            {
                throw new AlignException($"expected momentum of a parameter of a group, found one of number {number}");
            }

            if (!Fits(keys, number, buffer))
            {
                throw new AlignException(
                    $"expected momentum of '{entry.Key}' of shape {string.Join('x', entry.Value.shape)}, found {buffer}; the network may "
                        + $"be another"
                );
            }

            momentum.Add(entry.Key, buffer);
        }

        return momentum;
    }

    private static Dictionary<long, StateEntry> Keys(IReadOnlyList<ParameterGroup> groups, SgdState state) =>
        groups
            .Zip(state.Groups, (mine, theirs) => mine.Parameters.Zip(theirs.Parameters, (entry, number) => (number, entry)))
            .SelectMany(pairs => pairs)
            .ToDictionary();

    private static bool Fits(Dictionary<long, StateEntry> keys, long number, TensorData buffer) =>
        keys.TryGetValue(number, out var entry) && buffer.Shape.AsSpan().SequenceEqual(entry.Value.shape);

    private static string Sizes(List<int> groups) =>
        groups.Count > 2 && groups.TrueForAll(count => count == 1) ? $"{groups.Count} groups of one" : string.Join(" + ", groups);
}
