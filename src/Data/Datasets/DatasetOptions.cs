namespace PPYolo.Data.Datasets;

/// <summary>How a dataset is opened.</summary>
public sealed record DatasetOptions
{
    /// <summary>Whether the first bad record stops; else it is left out and counted.</summary>
    public bool Strict { get; init; }

    /// <summary>Called once for each bad record, or null.</summary>
    public Action<DataProblem>? Report { get; init; }

    /// <summary>
    /// The network's classes, or null where no network is involved; a dataset with another number of categories is refused.
    /// </summary>
    public int? Classes { get; init; }
}
