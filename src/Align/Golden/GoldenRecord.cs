namespace PPYolo.Align.Golden;

/// <summary>A run in a form small enough for the repository: what it computed, and how much of that is noise.</summary>
public sealed record GoldenRecord
{
    /// <summary>What ran, in a line.</summary>
    public required string Case { get; init; }

    /// <summary>Where it ran.</summary>
    public required GoldenEnvironment Environment { get; init; }

    /// <summary>SHA-256 of the start weights.</summary>
    public required string Start { get; init; }

    /// <summary>Twins that the floors were measured on; 0 before they were.</summary>
    public int Twins { get; init; }

    /// <summary>The learning rate of each iteration.</summary>
    public required IReadOnlyList<double> Rates { get; init; }

    /// <summary>The losses of each iteration.</summary>
    public required IReadOnlyList<GoldenLoss> Losses { get; init; }

    /// <summary>The phases of each iteration, in order.</summary>
    public required IReadOnlyList<GoldenTrace> Traces { get; init; }

    /// <summary>Every tensor, in order of execution.</summary>
    public required IReadOnlyList<GoldenTensor> Tensors { get; init; }

    /// <summary>The length of the run.</summary>
    public int Iterations => Rates.Count;

    /// <summary>Whether floors were measured.</summary>
    public bool HasFloors => Twins > 0;
}
