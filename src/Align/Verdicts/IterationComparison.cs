namespace PPYolo.Align.Verdicts;

/// <summary>One iteration in both runs.</summary>
/// <param name="Iteration">Counted from 0.</param>
/// <param name="Size">The side of the images in pixels.</param>
/// <param name="Rate">The learning rate used.</param>
/// <param name="ExpectedRate">The reference's learning rate; NaN where nobody recorded it.</param>
/// <param name="Losses">Every loss, the total last.</param>
public sealed record IterationComparison(int Iteration, long Size, double Rate, double ExpectedRate, IReadOnlyList<LossComparison> Losses);
