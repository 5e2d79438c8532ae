using PPYolo.Align.Traces;

namespace PPYolo.Align.Explanations;

/// <summary>Where, when and why two runs differ.</summary>
/// <param name="First">What is expected: a name or folder.</param>
/// <param name="Second">What was found.</param>
/// <param name="Trace">Everything that could be compared.</param>
/// <param name="Causes">Why, likeliest first; empty for runs that agree.</param>
public sealed record Explanation(string First, string Second, TraceComparison Trace, IReadOnlyList<Cause> Causes)
{
    /// <summary>
    /// Whether nothing differs by more than noise. Runs of which nothing was compared that they compute are not aligned.
    /// </summary>
    public bool Aligned => Trace.HasComputed && Trace.Frontier is null;

    /// <summary>How many iterations there are of each run; equal where it is not said.</summary>
    public (int First, int Second) Lengths { get; init; }

    /// <summary>The iterations that were compared, where others between them were not traced; null where none is missing.</summary>
    public IReadOnlyList<int>? Iterations { get; init; }

    /// <summary>The likeliest cause; null where none accounts for half of the differences.</summary>
    public Cause? Likeliest => Causes.FirstOrDefault(cause => cause.IsLikely);

    /// <summary>How to find out more where no cause is likely.</summary>
    public IReadOnlyList<string> Next { get; init; } = [];

    /// <summary>The result of feeding one run's tensor into the other at the frontier, where that could be done.</summary>
    public InjectionResult? Injection { get; init; }

    /// <summary>Where the noise floor is from; null where there is none.</summary>
    public string? FloorSource { get; init; }

    /// <summary>Each iteration's total loss in both runs.</summary>
    public IReadOnlyList<(int Iteration, double First, double Second)> Losses { get; init; } = [];

    /// <summary>How the runs were compared, where that is not simply one beside the other.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What could not be looked at, and what to record so that it can.</summary>
    public IReadOnlyList<string> Lacked { get; init; } = [];

    /// <summary>Settings and surroundings of both runs: name, first, second.</summary>
    public IReadOnlyList<(string Name, string First, string Second)> Environment { get; init; } = [];
}
