namespace PPYolo.Train.Ranks;

/// <summary>What ranks can do together.</summary>
internal enum CallKind
{
    Sum = 1,
    Broadcast = 2,
    Gather = 3,
    Barrier = 4,

    /// <summary>No further call: the rank has done its work.</summary>
    Leave = 5,

    /// <summary>Rank 0 shows an object.</summary>
    Lend = 6,
}
