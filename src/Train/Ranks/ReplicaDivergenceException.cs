namespace PPYolo.Train.Ranks;

/// <summary>Ranks that should hold the same network do not.</summary>
public sealed class ReplicaDivergenceException(string tensor, IReadOnlyList<int> ranks, string when)
    : Exception(
        $"{when}: '{tensor}' is not the same on all ranks: rank {string.Join(", ", ranks)} differs from rank 0; "
            + (
                tensor.Contains("running_", StringComparison.Ordinal)
                    ? "norms do not share their statistics"
                    : "look at how its gradient is reduced"
            )
    )
{
    /// <summary>The first tensor that differs, in state_dict order.</summary>
    public string Tensor => tensor;

    /// <summary>The ranks whose tensor is not rank 0's.</summary>
    public IReadOnlyList<int> Ranks => ranks;
}
