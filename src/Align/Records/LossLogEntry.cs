namespace PPYolo.Align.Records;

/// <summary>One iteration of a <see cref="LossLog"/>.</summary>
/// <param name="Iteration">Counted from 0.</param>
/// <param name="Size">The side of the images in pixels, of rank 0.</param>
/// <param name="LearningRate">The rate used.</param>
/// <param name="Losses">Each loss by name and total_loss, averaged over ranks.</param>
public sealed record LossLogEntry(int Iteration, long Size, double LearningRate, IReadOnlyDictionary<string, float> Losses);
