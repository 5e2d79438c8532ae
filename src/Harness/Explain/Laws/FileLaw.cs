using PPYolo.Align.Records;
using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;
using PPYolo.Harness.RankEquality;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// Equality between files of the ends of both runs, which says more than any fit: an average that is the raw weights, files of two kinds
/// that have each other's names, statistics that were copied or left at their start, a factor between all tensors.
/// </summary>
internal sealed class FileLaw : ILaw
{
    private const double Exact = 1e-6;

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        var last = second.Iterations.Count - 1;
        if (
            comparison.Frontier is not { } frontier
            || first.Iterations.Count != second.Iterations.Count
            || frontier.Iteration != last
            || frontier.Key.Phase is not (TracePhase.Buffers or TracePhase.Weights or TracePhase.Ema or TracePhase.End)
        )
        {
            yield break;
        }

        var ends = comparison
            .Differences.Where(difference =>
                difference.Iteration == last
                && difference.Rank == 0
                && difference.Key.Phase is TracePhase.Buffers or TracePhase.Weights or TracePhase.End
            )
            .ToList();
        foreach (
            var (cause, evidence, predicted) in new (CauseKind, string, Func<TraceKey, StripedSummary?>)[]
            {
                (
                    CauseCatalogue.EmaIsRaw,
                    "the saved average equals the second run's own raw weights",
                    key => key.Phase == TracePhase.End ? Raw(second, key.Name) : null
                ),
                (
                    CauseCatalogue.FilesSwapped,
                    "its average is the first run's raw weights, and its raw weights are the first run's average",
                    key => key.Phase == TracePhase.End ? Raw(first, key.Name) : Summary(first, last, TracePhase.End, key.Name)
                ),
                (
                    CauseCatalogue.EmaBuffersLeftOut,
                    "running statistics of the average equal those of the raw weights",
                    key => key.Phase == TracePhase.End && TensorKinds.IsStatistic(key.Name) ? Raw(second, key.Name) : null
                ),
                (
                    CauseCatalogue.EmaStatisticsAtStart,
                    "running statistics of the average equal those of the start",
                    key =>
                        key.Phase == TracePhase.End && TensorKinds.IsStatistic(key.Name)
                            ? Summary(second, 0, TracePhase.Start, key.Name)
                            : null
                ),
            }
        )
        {
            var (share, count) = Share(second, ends, predicted);
            if (share > 0)
            {
                yield return cause.Found(cause.Meaning, share, [$"{evidence} in {count} tensors"], frontier.Key.Phase);
            }
        }

        var absent = ends.Where(difference => difference.Exceeds).ToList();
        if (
            absent.TrueForAll(difference =>
                difference.Key.Phase == TracePhase.End
                && TensorKinds.IsStatistic(difference.Key.Name)
                && second.Ranks[0].Find(last, TracePhase.End, difference.Key.Name) is null
            )
        )
        {
            yield return CauseCatalogue.EmaBuffersLeftOut.Found(
                CauseCatalogue.EmaBuffersLeftOut.Meaning,
                1,
                [$"the average has none of {absent.Count} running statistics, and the rest agrees"],
                TracePhase.End
            );
        }

        if (Factor(first, second, ends) is { } factor)
        {
            yield return factor;
        }

        foreach (var finding in FewBits(first, second, absent))
        {
            yield return finding;
        }
    }

    /// <summary>
    /// Each file that differs, by what rounding to few bits comes to. The numbers themselves say whether they were rounded when they were
    /// saved; an average that was kept so is told from other causes by carrying it out.
    /// </summary>
    private static IEnumerable<Finding> FewBits(ExplainedRun first, ExplainedRun second, List<EntryDifference> exceeding)
    {
        var files = exceeding.GroupBy(difference => difference.Key.Phase == TracePhase.End).ToList();
        foreach (var (file, few) in from file in files from few in LowPrecision.All select (file, few))
        {
            // Statistics and tensors of few elements are as other numbers, and a median does not mind the rest.
            var errors = file.Select(difference => difference.Relative).Order().ToList();
            var error = errors[errors.Count / 2];
            // Errors of an average that is rounded in each step add up, and are weighed down as it moves on.
            if (!few.Explains(error, times: 3))
            {
                continue;
            }

            var name = file.Key ? RecordFolder.EndName : RecordFolder.RawEndName;
            string[] evidence =
            [
                $"{errors.Count} tensors of {name} differ by {Numbers.Text(error)} (median); rounding to {few.Bits} bits is up to "
                    + Numbers.Text(few.Unit),
            ];
            if (few.Holds(second.Name, name) && !few.Holds(first.Name, name))
            {
                yield return CauseCatalogue.EndHalfPrecision.Found(
                    $"{(file.Key ? "The moving average" : "What was trained")} was saved in {few.Name} ({few.Bits} bits).",
                    errors.Count(one => one <= few.Unit) / (double)errors.Count,
                    [.. evidence, $"all numbers of the second run's {name} are those of {few.Name}, and the first run's are not"],
                    file.Key ? TracePhase.End : TracePhase.Weights
                );
            }
            else if (file.Key)
            {
                yield return new(
                    CauseCatalogue.EmaHalfPrecision.Found(
                        $"The moving average is kept in {few.Name} ({few.Bits} bits).",
                        Finding.Unproven,
                        evidence
                    ),
                    AverageFaults.Rounded(few.Type)
                );
            }
        }
    }

    /// <summary>The share of the differing tensors that are as predicted, less the share of what agrees and should not.</summary>
    private static (double Share, int Count) Share(
        ExplainedRun second,
        List<EntryDifference> ends,
        Func<TraceKey, StripedSummary?> predicted
    )
    {
        int differing = 0,
            explained = 0,
            wrong = 0;
        foreach (var difference in ends)
        {
            var found = second.Ranks[0].Find(difference.Iteration, difference.Key.Phase, difference.Key.Name)?.Summary;
            var isPredicted = found is not null && predicted(difference.Key) is { } other && other.RelativeDistance(found) <= Exact;
            differing += difference.Exceeds ? 1 : 0;
            explained += difference.Exceeds && isPredicted ? 1 : 0;
            wrong += !difference.Exceeds && predicted(difference.Key) is not null && !isPredicted ? 1 : 0;
        }

        return differing == 0 ? (0, 0) : (Math.Max(0, (explained / (double)differing) - (wrong / (double)(differing + wrong))), explained);
    }

    /// <summary>All tensors of a file are the same multiple of the expected ones.</summary>
    private static Finding? Factor(ExplainedRun first, ExplainedRun second, List<EntryDifference> ends)
    {
        var exceeding = ends.Where(difference => difference.Exceeds).ToList();
        var phases = exceeding.Select(difference => difference.Key.Phase).Distinct().ToList();
        if (phases.Count != 1 || exceeding.Count < 2)
        {
            return null;
        }

        var fit = new LinearFit(1);
        foreach (var difference in exceeding)
        {
            if (
                first.Sums(difference.Iteration, difference.Key.Phase, difference.Key.Name) is { } expected
                && second.Sums(difference.Iteration, difference.Key.Phase, difference.Key.Name) is { } found
            )
            {
                fit.Add(found, [expected], 1 / Math.Max(1e-30, Math.Sqrt(expected.Sum(x => x * x))));
            }
        }

        if (fit.Solve() is not { Residual: < 1e-3 } result || Numbers.Near(result.Coefficients[0], 1, 1e-4))
        {
            return null;
        }

        return CauseCatalogue.EndFactor.Found(
            $"The saved tensors are {Numbers.Text(result.Coefficients[0])} times the expected ones.",
            (1 - result.Residual) * exceeding.Count / ends.Count(difference => difference.Key.Phase == phases[0]),
            [$"fitted over {exceeding.Count} tensors, residual {Numbers.Text(result.Residual)}"],
            phases[0]
        );
    }

    private static StripedSummary? Raw(ExplainedRun run, string name) =>
        Summary(run, run.Iterations.Count - 1, TracePhase.Weights, name)
        ?? Summary(run, run.Iterations.Count - 1, TracePhase.Buffers, name);

    private static StripedSummary? Summary(ExplainedRun run, int iteration, TracePhase phase, string name) =>
        run.Ranks[0].Find(iteration, phase, name)?.Summary;
}
