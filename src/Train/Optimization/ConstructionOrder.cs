using PPYolo.Model.State;

namespace PPYolo.Train.Optimization;

/// <summary>
/// The order in which the reference's modules hand their parameters to an optimizer that has a group for each. It is that of the state_dict
/// but in three places: a residual block hands over its branches before its shortcut, a block of the PAN the layers between its left and
/// right half before these, and all blocks of the bottom-up path are before its transitions.
/// </summary>
internal static class ConstructionOrder
{
    private const string PanBlock = "neck.pan_",
        PanTransition = "neck.pan_transition_";

    /// <summary>Sorts.</summary>
    /// <param name="entries">In state_dict order.</param>
    public static IReadOnlyList<StateEntry> Of(IReadOnlyList<StateEntry> entries)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < entries.Count; i++)
        {
            first.TryAdd(Unit(entries[i].Key), i);
        }

        return
        [
            .. entries
                .Select((entry, index) => (Entry: entry, Index: index))
                .OrderBy(pair => first[Unit(pair.Entry.Key)])
                .ThenBy(pair => BottomUp(pair.Entry.Key), StringComparer.Ordinal)
                .ThenBy(pair => IsLate(pair.Entry.Key))
                .ThenBy(pair => pair.Index)
                .Select(pair => pair.Entry),
        ];
    }

    /// <summary>What is handed over together: a residual block, a block of the neck, the whole bottom-up path, or a parameter.</summary>
    private static string Unit(string key)
    {
        var parts = key.Split('.');
        return key.StartsWith("backbone.res", StringComparison.Ordinal) ? string.Join('.', parts.Take(3))
            : key.StartsWith(PanBlock, StringComparison.Ordinal) ? PanBlock
            : parts[0] == "neck" ? string.Join('.', parts.Take(2))
            : key;
    }

    /// <summary>The place in the bottom-up path, which is built from its end: blocks by their number, then transitions by theirs.</summary>
    private static string BottomUp(string key) =>
        key.StartsWith(PanTransition, StringComparison.Ordinal) ? "1" + key.Split('.')[1]
        : key.StartsWith(PanBlock, StringComparison.Ordinal) ? "0" + key.Split('.')[1]
        : "";

    private static bool IsLate(string key) =>
        key.Contains(".short.", StringComparison.Ordinal)
        || (
            (key.StartsWith(PanBlock, StringComparison.Ordinal) || key.StartsWith("neck.fpn_", StringComparison.Ordinal))
            && !key.Contains(".conv_module.", StringComparison.Ordinal)
        );
}
