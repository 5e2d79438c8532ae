namespace PPYolo.Train.Runtime;

/// <summary>Keeps the managed heap as small as it is.</summary>
internal static class ManagedHeap
{
    /// <summary>
    /// Bytes that are allocated before it is worth while to look for garbage: a few iterations of a usual size, hundreds of small ones.
    /// </summary>
    private const long Worth = 64L << 20;

    private static long collectedAt;

    /// <summary>
    /// Frees the arrays of past iterations. Batches are tens of megabytes each, which .NET frees only in full collections; left to itself
    /// it lets hundreds of megabytes of them pile up before it makes one. With few objects a collection takes milliseconds, for which all
    /// threads stop: nothing is done where little was allocated, by any thread, since the last time.
    /// </summary>
    public static void Release()
    {
        var allocated = GC.GetTotalAllocatedBytes();
        if (allocated - Volatile.Read(ref collectedAt) < Worth)
        {
            return;
        }

        Volatile.Write(ref collectedAt, allocated);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
    }
}
