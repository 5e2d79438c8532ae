namespace PPYolo.Train.Stepping;

/// <summary>What one iteration computed.</summary>
/// <param name="Iteration">Counted from 0.</param>
/// <param name="Size">The side of the images in pixels.</param>
/// <param name="LearningRate">The rate that was used.</param>
/// <param name="Losses">Each loss by name in the order of summation, then total_loss; over the images of all ranks.</param>
/// <param name="GradientNorms">With clipping: the L2 norm of each group's gradient before it; else null.</param>
public sealed record StepResult(
    int Iteration,
    long Size,
    double LearningRate,
    IReadOnlyList<KeyValuePair<string, float>> Losses,
    IReadOnlyList<double>? GradientNorms
)
{
    /// <summary>The same of this rank's images alone.</summary>
    public required IReadOnlyList<KeyValuePair<string, float>> LocalLosses { get; init; }

    /// <summary>The sum of all losses.</summary>
    public float TotalLoss => Losses[^1].Value;
}
