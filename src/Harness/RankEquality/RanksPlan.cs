using PPYolo.Data.Batches;
using PPYolo.Train.Runs;

namespace PPYolo.Harness.RankEquality;

/// <summary>What scenario 3 compares: a run on several ranks with the same run on one.</summary>
/// <param name="Run">The run; its options' batch is that of all ranks together.</param>
/// <param name="Whole">The batches of all ranks together.</param>
/// <param name="Counts">How many images each rank takes of a batch.</param>
/// <param name="InitProfile">plain, calm or file.</param>
public sealed record RanksPlan(RunPlan Run, IBatchSource Whole, IReadOnlyList<int> Counts, string InitProfile)
{
    /// <summary>The start weights are calm: only then do ten iterations mean something.</summary>
    public const string CalmProfile = "calm";

    /// <summary>The number of ranks.</summary>
    public int Ranks => Counts.Count;

    /// <summary>Each rank's part of the whole batches.</summary>
    public IBatchSource PartOf(int rank) => new SlicedBatches(Whole, Counts, rank);
}
