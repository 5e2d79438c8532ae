using PPYolo.Train.Ranks;

namespace PPYolo.Train.Capsules;

/// <summary>In which iterations an image of a rank had too many objects: the ranks of a process tell each other.</summary>
internal sealed class Crowds
{
    private readonly Lock guard = new();
    private readonly Dictionary<int, string> found = [];

    /// <summary>An image of a rank has too many in an iteration, which the other ranks cannot know yet.</summary>
    public void Add(int iteration, string what)
    {
        lock (guard)
        {
            found.TryAdd(iteration, what);
        }
    }

    /// <summary>
    /// What all ranks know at the end of an iteration. With other ranks it is of the iteration before: none ends an iteration before all
    /// have come to it.
    /// </summary>
    public (int Iteration, string Found)? At(IRanks ranks, int iteration)
    {
        lock (guard)
        {
            var at = iteration - (ranks.Size > 1 ? 1 : 0);
            return found.TryGetValue(at, out var what) ? (at, what) : null;
        }
    }
}
