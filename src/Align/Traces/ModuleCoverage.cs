namespace PPYolo.Align.Traces;

/// <summary>How many modules two runs have in common.</summary>
/// <param name="Compared">Modules whose outputs were compared.</param>
/// <param name="Recorded">Modules whose outputs either run recorded.</param>
public sealed record ModuleCoverage(int Compared, int Recorded)
{
    internal static ModuleCoverage Of(
        IReadOnlyList<RunTrace> expected,
        IReadOnlyList<RunTrace> found,
        IReadOnlyList<EntryDifference> compared
    ) =>
        new(
            compared.Select(difference => difference.Key).Where(IsOutput).Distinct().Count(),
            expected
                .Concat(found)
                .SelectMany(run => run.Iterations)
                .SelectMany(iteration => iteration.Entries)
                .Select(entry => entry.Key)
                .Where(IsOutput)
                .Distinct()
                .Count()
        );

    private static bool IsOutput(TraceKey key) => key.Phase == TracePhase.Forward;
}
