using PPYolo.Align.Comparison;

namespace PPYolo.Cli.Commands;

/// <summary>What ppyolo diff can be told.</summary>
internal sealed record DiffOptions
{
    /// <summary>Rows of a list unless told otherwise.</summary>
    public const int StandardLimit = 20;

    /// <summary>The largest sum of squared differences of a tensor that passes.</summary>
    public double Bound { get; init; } = ComparisonOptions.StandardBound;

    /// <summary>
    /// The start weights of both sides: a file, or a record folder, whose start weights are taken; null to take those of A or B where they
    /// are records.
    /// </summary>
    public string? Start { get; init; }

    /// <summary>
    /// The entries of the files of A and B whose tensors are compared; null for those that convention tells.
    /// </summary>
    public (string? A, string? B) Keys { get; init; }

    /// <summary>How many tensors each list of the text shows; null for all.</summary>
    public int? Limit { get; init; } = StandardLimit;

    /// <summary>Where JSON goes: a file, - for the console instead of the text, null for nowhere.</summary>
    public string? Json { get; init; }
}
