namespace PPYolo.Align.Comparison;

/// <summary>The element with the largest difference; the first of them where several are.</summary>
/// <param name="Index">Its place in each dimension; empty for a scalar.</param>
/// <param name="First">Its value in the first set.</param>
/// <param name="Second">Its value in the second set.</param>
public sealed record WorstElement(IReadOnlyList<long> Index, double First, double Second);
