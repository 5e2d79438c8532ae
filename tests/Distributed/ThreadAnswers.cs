using System.Collections.Concurrent;
using PPYolo.Tests.Distributed.Worker;
using PPYolo.Train.Ranks;

namespace PPYolo.Tests.Distributed;

/// <summary>What <see cref="Work.Describe"/> gives on ranks that are threads: computed once for each number of ranks.</summary>
internal static class ThreadAnswers
{
    private static readonly ConcurrentDictionary<int, IReadOnlyList<string>> Known = [];

    /// <summary>Each rank's answer.</summary>
    public static IReadOnlyList<string> Of(int size) => Known.GetOrAdd(size, ranks => ThreadRanks.Run(ranks, Work.Describe));
}
