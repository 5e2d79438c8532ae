using PPYolo.Train.Stepping;

namespace PPYolo.Harness.Faults;

/// <summary>Parameters in wrong groups of the optimizer.</summary>
internal static class GroupFaults
{
    /// <summary>Parameters are in the other of the two groups.</summary>
    public static Alteration InOtherGroup(IReadOnlyList<string> keys) =>
        new()
        {
            Groups = groups =>
                [
                    .. groups.Select(
                        (group, index) =>
                            group with
                            {
                                Parameters =
                                [
                                    .. group.Parameters.Where(entry => !keys.Contains(entry.Key)),
                                    .. groups[1 - index].Parameters.Where(entry => keys.Contains(entry.Key)),
                                ],
                            }
                    ),
                ],
        };

    /// <summary>Parameters are in no group, and so in no group's norm either.</summary>
    public static Alteration InNoGroup(IReadOnlyList<string> keys) =>
        new()
        {
            Groups = groups =>
                [.. groups.Select(group => group with { Parameters = [.. group.Parameters.Where(entry => !keys.Contains(entry.Key))] })],
        };
}
