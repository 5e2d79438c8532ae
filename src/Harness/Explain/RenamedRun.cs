using PPYolo.Align.Formats;
using PPYolo.Align.Matching;
using PPYolo.Align.Records;
using PPYolo.Align.Traces;
using PPYolo.Train.Records;

namespace PPYolo.Harness.Explain;

/// <summary>One of two runs under the other's names.</summary>
internal static class RenamedRun
{
    /// <summary>
    /// Both runs, of which one has the other's names. It is not repeated any more: this program would give it its own. What one of them has
    /// nowhere is not compared.
    /// </summary>
    /// <exception cref="Align.AlignException">A rule is of no use, or two names become one.</exception>
    public static (ExplainedRun First, ExplainedRun Second) Of(ExplainedRun first, ExplainedRun second, NameMap map)
    {
        var (own, other) = map.Side == NamedSide.Second ? (second, first) : (first, second);
        var (before, known) = (own.AllNames(), other.AllNames());
        var renamed = own with
        {
            Ranks = [.. own.Ranks.Select(rank => map.Apply(Ended(rank, own), own.Start))],
            Start = own.Start is null ? null : map.Apply(TracePhase.Start, own.Start),
            Options = null,
            Batches = null,
            Names = map,
        };
        map.Require(before, known);
        renamed = renamed with
        {
            Ranks = [.. renamed.Ranks.Select(rank => rank with { Names = renamed.AllNames() })],
            Remarks = [.. renamed.Remarks, .. Remarks(own, map)],
        };
        other = other with { Ranks = [.. other.Ranks.Select(rank => rank with { Names = known })] };
        return map.Side == NamedSide.Second ? (other, renamed) : (renamed, other);
    }

    /// <summary>The end is in a file, whole: kept until it is in its new order.</summary>
    private static RunTrace Ended(RunTrace rank, ExplainedRun run)
    {
        if (!rank.Iterations[^1].Of(TracePhase.End).Any() || RecordFolder.TryFindFile(run.Name, RunRecord.EndName) is not { } path)
        {
            return rank;
        }

        using var end = TensorFile.Read(path);
        var last = new IterationTrace(rank.Iterations[^1].Iteration) { MeasuresKinks = rank.Iterations[^1].MeasuresKinks };
        foreach (var entry in rank.Iterations[^1].Entries)
        {
            var isThere = entry.Key.Phase == TracePhase.End && entry.Shape.Count > 1 && end.TryGet(entry.Key.Name, out _);
            last.Add(
                isThere ? entry with { Full = new(end[entry.Key.Name].Type, [.. entry.Shape], end[entry.Key.Name].Bytes.ToArray()) } : entry
            );
        }

        return rank with
        {
            Iterations = [.. rank.Iterations.SkipLast(1), last],
        };
    }

    private static IEnumerable<string> Remarks(ExplainedRun own, NameMap map)
    {
        if (map.Unordered > 0)
        {
            yield return $"{map.Unordered} tensors of {own.Name} are in another order than those of the other run, and nothing but "
                + "sketches of them was kept: their norms, means and largest magnitudes are compared; keep them whole (full)";
        }

        if (map.Guesses > 0)
        {
            yield return $"{map.Guesses} of the names are guesses of ppyolo match: where the runs part at one, see whether it is right";
        }
    }
}
