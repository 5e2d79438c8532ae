namespace PPYolo.Align.Reports;

/// <summary>Where compared tensors are from, for reports.</summary>
/// <param name="First">The file of the first set.</param>
/// <param name="Second">The file of the second set.</param>
/// <param name="Start">The file or files of the start of their runs; null where it is not known.</param>
public sealed record ComparisonSides(string First, string Second, string? Start);
