namespace PPYolo.Train.Runtime;

/// <summary>Keeps the managed heap as small as it is.</summary>
internal static class ManagedHeap
{
    /// <summary>
    /// Frees the arrays of past iterations. Batches are tens of megabytes each, which .NET frees only in full collections; left to itself it lets hundreds of
    /// megabytes of them pile up before it makes one. With few objects a collection takes milliseconds.
    /// </summary>
    public static void Release() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
}
