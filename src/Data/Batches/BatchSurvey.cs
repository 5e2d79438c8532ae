namespace PPYolo.Data.Batches;

/// <summary>What batch files hold beside their tensors.</summary>
/// <param name="Images">The number of images in iteration 0, over all ranks.</param>
/// <param name="Losses">The losses of each iteration, averaged over the images of all ranks; empty where none were recorded.</param>
public sealed record BatchSurvey(long Images, IReadOnlyList<IReadOnlyDictionary<string, float>> Losses);
