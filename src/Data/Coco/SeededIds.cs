namespace PPYolo.Data.Coco;

/// <summary>
/// Compares ids by hashes that nobody can foresee: a file whose ids all had the same hash would take a time that grows with the square of
/// its size.
/// </summary>
internal sealed class SeededIds : IEqualityComparer<long>
{
    /// <summary>The only one that is needed.</summary>
    public static SeededIds Instance { get; } = new();

    public bool Equals(long x, long y) => x == y;

    // Both halves: the framework adds them before it mixes. HashCode has a seed of its own in each process.
    public int GetHashCode(long id) => HashCode.Combine((int)id, (int)(id >> 32));
}
