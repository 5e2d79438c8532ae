namespace PPYolo.Align.Verdicts;

/// <summary>The outcome of an alignment: what was compared and how it came out.</summary>
/// <param name="Title">What was aligned with what.</param>
/// <param name="Scope">How far it was asserted, in a sentence.</param>
/// <param name="Checks">Everything that was compared, in order of execution.</param>
/// <param name="Iterations">Each iteration's losses and rates.</param>
/// <param name="Tensors">Each tensor's difference, worst first.</param>
public sealed record Verdict(
    string Title,
    string Scope,
    IReadOnlyList<Check> Checks,
    IReadOnlyList<IterationComparison> Iterations,
    IReadOnlyList<TensorFinding> Tensors
)
{
    /// <summary>Whether every check passed. A verdict without checks has not passed.</summary>
    public bool Aligned => Checks.Count > 0 && Checks.All(check => check.Passed);

    /// <summary>By what the checks were judged, such as "bit for bit", where there is more than one way; else null.</summary>
    public string? Judgment { get; init; }

    /// <summary>Figures of the run that are reported but not asserted, such as seconds per iteration.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Measurements { get; init; } = [];

    /// <summary>The checks that failed, in order of execution: the first is where the runs part.</summary>
    public IEnumerable<Check> Failures => Checks.Where(check => !check.Passed);
}
