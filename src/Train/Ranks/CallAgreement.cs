namespace PPYolo.Train.Ranks;

/// <summary>Finds the rank whose call differs from the others'.</summary>
internal static class CallAgreement
{
    /// <summary>
    /// The failure of the first rank that differs from what most ranks call (from rank 0 where there is no majority), or null.
    /// </summary>
    public static RankFailure? Check(ReadOnlySpan<RankCall> calls)
    {
        var differs = false;
        foreach (var call in calls[1..])
        {
            differs |= call != calls[0];
        }

        if (!differs)
        {
            return null;
        }

        var all = calls.ToArray();
        var expected = all.GroupBy(call => call).MaxBy(group => group.Count())!.Key;
        var rank = Array.FindIndex(all, call => call != expected);
        var cause =
            all[rank].Kind == CallKind.Leave
                ? $"it ended its work while the others are in {expected}"
                : $"it calls something else: expected {expected}, found {all[rank]}";
        return new RankFailure(rank, expected.Kind == CallKind.Leave ? all[rank] : expected, cause);
    }
}
