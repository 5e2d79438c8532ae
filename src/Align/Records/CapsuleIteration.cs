namespace PPYolo.Align.Records;

/// <summary>An iteration in a capsule.</summary>
/// <param name="Iteration">Counted from the beginning of the run.</param>
/// <param name="Size">The side of the images in pixels, of rank 0.</param>
/// <param name="LearningRate">The rate used; null where the iteration did not come so far.</param>
/// <param name="Losses">Each loss by name and total_loss, averaged over ranks; null for one that is not finite.</param>
/// <param name="GradientNorm">The L2 norm of all gradients together; null where the iteration did not come so far.</param>
/// <param name="Batches">What each rank trained on.</param>
public sealed record CapsuleIteration(
    int Iteration,
    long Size,
    double? LearningRate,
    IReadOnlyDictionary<string, double?> Losses,
    double? GradientNorm,
    IReadOnlyList<CapsuleBatch> Batches
);
