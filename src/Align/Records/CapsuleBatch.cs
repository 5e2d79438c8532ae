namespace PPYolo.Align.Records;

/// <summary>Which batch a rank trained on: its bits are told by the sketches of the phase data.</summary>
/// <param name="Rank">Whose.</param>
/// <param name="Source">The dataset or generator, with the iteration.</param>
/// <param name="Images">
/// The file of each image, in order, or two as "A + B" where images were mixed; empty where batches are not made of files.
/// </param>
public sealed record CapsuleBatch(int Rank, string Source, IReadOnlyList<string> Images)
{
    /// <summary>How many objects each image has; empty in files of version 1, which do not tell.</summary>
    public IReadOnlyList<int> Objects { get; init; } = [];
}
