namespace PPYolo.Align.Comparison.Kernels;

/// <summary>What a pass over a tensor's distances does to find their percentile.</summary>
internal enum UlpStage
{
    /// <summary>Counts those at and below a threshold guessed from a sample, and keeps those above. Mostly that is all.</summary>
    Threshold,

    /// <summary>Counts all in the cells of <see cref="UlpCells"/>, where the guess was wrong.</summary>
    Cells,

    /// <summary>Counts those in the cell that holds the percentile in smaller cells.</summary>
    Range,

    /// <summary>It is found, or there is none.</summary>
    Done,
}
