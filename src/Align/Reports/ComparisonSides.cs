using PPYolo.Align.Formats;

namespace PPYolo.Align.Reports;

/// <summary>Where compared tensors are from, for reports.</summary>
/// <param name="First">The file of the first set.</param>
/// <param name="Second">The file of the second set.</param>
/// <param name="Start">The file or files of the start of their runs; null where it is not known.</param>
public sealed record ComparisonSides(string First, string Second, string? Start)
{
    /// <summary>What of the first file was read; null where it is all of it.</summary>
    public TensorContent? FirstContent { get; init; }

    /// <summary>What of the second file was read; null where it is all of it.</summary>
    public TensorContent? SecondContent { get; init; }

    /// <summary>What was found beside the tensors, in a sentence each; the verdict is not on it.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>The entries of both files that were not compared.</summary>
    internal int NotCompared => (FirstContent?.LeftOut.Count ?? 0) + (SecondContent?.LeftOut.Count ?? 0);
}
