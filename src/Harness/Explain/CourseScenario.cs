using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Traces;
using PPYolo.Align.Verdicts;

namespace PPYolo.Harness.Explain;

/// <summary>Says where a run left its course, from its own iterations alone: ppyolo explain of one folder.</summary>
public static class CourseScenario
{
    private const int Shown = 3;

    /// <summary>Looks at a capsule, or any record with a trace.</summary>
    /// <param name="folder">The folder; only read.</param>
    /// <returns>A check for each iteration, which fails from the one on in which the course was left.</returns>
    /// <exception cref="AlignException">There is no trace in the folder.</exception>
    public static Verdict Run(string folder)
    {
        var run = ExplainedRunFolder.Read(folder);
        run.Start?.Dispose();
        if (!run.IsTraced)
        {
            throw new AlignException(
                $"{folder}: has no trace, and a single run is explained by what it computed before; name a capsule, or a record of "
                    + "ppyolo train --record DIR --trace, or two folders to compare"
            );
        }

        var departures = Course.Of(
            run.Ranks,
            run.Capsule is { } capsule ? [.. capsule.Iterations.Select(iteration => iteration.Batches)] : []
        );
        var onset = Course.Onset(departures, run.Iterations.Count);
        var (first, last) = (run.FirstIteration, run.FirstIteration + run.Iterations.Count - 1);
        return new(
            $"the course of {folder}: iterations {first} to {last}"
                + (run.Capsule is null ? "" : $"; a capsule was written, because {run.Capsule.Found}"),
            Course.Rule,
            [
                .. run.Iterations.Select(
                    (_, i) => Check(run, i, [.. departures.Where(departure => departure.Iteration == i)], i >= (onset ?? int.MaxValue))
                ),
            ],
            [],
            []
        )
        {
            Measurements = [.. onset is { } at ? Facts(run, at) : []],
        };
    }

    /// <summary>Departures from which the run came back are told, and do not count.</summary>
    private static Check Check(ExplainedRun run, int iteration, IReadOnlyList<Departure> departures, bool counts) =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"iteration {run.FirstIteration + iteration}"),
            "tensors off their course",
            departures.Count,
            counts ? 0 : departures.Count,
            departures.Count == 0 ? null : Text(departures[0], run.Ranks.Count)
        )
        {
            Note =
                departures.Count == 0 ? null
                : !counts ? "back on its course afterwards"
                : departures.Count == 1 ? null
                : "then "
                    + string.Join("; ", departures.Skip(1).Take(Shown).Select(departure => Text(departure, run.Ranks.Count)))
                    + (departures.Count > Shown + 1 ? " ..." : ""),
        };

    private static string Text(Departure departure, int ranks) =>
        $"{departure.Key}{(ranks > 1 && !TraceComparison.IsRankFree(departure.Key.Phase) ? $" of rank {departure.Rank}" : "")}: "
        + departure.How;

    /// <summary>What was trained on when the course was left.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Facts(ExplainedRun run, int onset)
    {
        if (run.Capsule?.Iterations.FirstOrDefault(one => one.Iteration == run.FirstIteration + onset) is not { } facts)
        {
            yield break;
        }

        foreach (var batch in facts.Batches)
        {
            yield return new(
                $"batch of rank {batch.Rank}",
                batch.Source + (batch.Images.Count == 0 ? "" : $": {string.Join(", ", batch.Images)}")
            );
        }

        if (facts.LearningRate is { } rate)
        {
            yield return new("learning rate", rate.ToString("R", CultureInfo.InvariantCulture));
        }

        yield return new(
            "train it again",
            $"ppyolo train --replay {run.Name} --record DIR --trace, which adds gradients of modules' outputs"
        );
    }
}
