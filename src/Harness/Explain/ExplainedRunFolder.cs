using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Align.Matching;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Harness.RankEquality;
using PPYolo.Train.Options;
using PPYolo.Train.Records;
using PPYolo.Train.Weights;

namespace PPYolo.Harness.Explain;

/// <summary>
/// Reads what there is of a run from a folder: a record with a trace, a record without one, or nothing but batch files and weights that
/// another implementation wrote under a record's names.
/// </summary>
internal static class ExplainedRunFolder
{
    /// <summary>Reads two folders. Of a run whose length is not known, the end is that of the other.</summary>
    /// <param name="first">The folder of what is expected.</param>
    /// <param name="second">The folder of what was found.</param>
    /// <param name="names">A file that says what the names of one are in the other; null where they have the same.</param>
    /// <exception cref="AlignException">There is nothing of a run in one, or a file cannot be read, or is of no use.</exception>
    public static (ExplainedRun First, ExplainedRun Second) Read(string first, string second, string? names = null)
    {
        var runs = InOrder.Select([first, second], folder => Read(folder));
        var (a, b) = (runs[0], runs[1]);
        if (a.FirstIteration != b.FirstIteration)
        {
            (a, b) = SameIterations(a, b);
        }
        else if (a.HasLength != b.HasLength)
        {
            (a.HasLength ? b : a).Start?.Dispose();
            (a, b) = a.HasLength ? (a, Read(second, a.Iterations.Count)) : (Read(first, b.Iterations.Count), b);
        }

        TotalLoss.AddToBoth(a, b);
        (a, b) = (UntracedBuffers.As(a, b), UntracedBuffers.As(b, a));
        return names is null ? (a, b) : RenamedRun.Of(a, b, NameMap.Read(names));
    }

    /// <summary>The iterations that both have, where one begins later in the run than the other.</summary>
    private static (ExplainedRun First, ExplainedRun Second) SameIterations(ExplainedRun a, ExplainedRun b)
    {
        var begin = Math.Max(a.FirstIteration, b.FirstIteration);
        foreach (var run in new[] { a, b }.Where(run => run.FirstIteration + run.Iterations.Count <= begin))
        {
            throw new AlignException(
                $"{run.Name}: has iterations {run.FirstIteration} to {run.FirstIteration + run.Iterations.Count - 1} of its run, and the "
                    + $"other begins with iteration {begin}: nothing can be compared"
            );
        }

        var (first, second) = (a.From(begin - a.FirstIteration), b.From(begin - b.FirstIteration));
        foreach (var (whole, part) in new[] { (a, first), (b, second) }.Where(pair => pair.Item1 != pair.Item2))
        {
            whole.Start?.Dispose();
        }

        return (first, second);
    }

    /// <summary>Reads a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="length">Iterations of a run whose length is not known.</param>
    /// <exception cref="AlignException">There is nothing of a run in it, or a file cannot be read.</exception>
    public static ExplainedRun Read(string folder, int length = 1)
    {
        if (!Directory.Exists(folder))
        {
            throw new AlignException(
                $"{folder}: no such folder; explain compares two record folders, as ppyolo train --record DIR --trace writes them"
            );
        }

        var record = RunRecord.IsAt(folder) ? RunRecord.Look(folder) : null;
        record?.RequireDeclared();
        var settings = (record as RunRecord)?.Case;
        var capsule = record is null ? null : CapsuleFile.TryRead(folder);
        // Also where the losses are in a trace: a file that is wrong is told.
        var losses = LossLog.TryRead(folder);
        var batches = RecordedBatches.ExistIn(folder);
        var files = record is null && batches ? BatchFiles.In(folder) : null;
        var ranks = record?.Head.Ranks ?? files?.Ranks ?? 0;
        var traced = Enumerable.Range(0, Math.Max(1, ranks)).All(rank => TraceFile.ExistsIn(folder, rank));
        var iterations = record?.Head.Iterations ?? files?.Iterations ?? 0;
        var traces = traced
            ? Enumerable
                .Range(0, Math.Max(1, ranks))
                .Select(rank =>
                    Declared(TraceFile.Read(folder, rank, record?.Head.Recorded?.Iterations is null ? 0 : iterations), record?.Head, folder)
                )
                .ToList()
            : FilesOfRun.Traces(folder, batches ? ranks : 0, iterations, losses, length);
        // A trace that breaks off has no end.
        var hasEnd = !traced || iterations == 0 || traces[0].Iterations.Count == iterations;
        if (traced)
        {
            TracedFiles.Require(folder, traces, losses, hasEnd);
            if (!traces[0].Iterations[0].Of(TracePhase.Start).Any())
            {
                AddStart(folder, traces[0].Iterations[0]);
            }
        }

        if (hasEnd && Find(folder, RunRecord.EndName) is { } end)
        {
            using var ema = TensorFile.Read(end);
            TracingLoop.AddFiles(traces[0].Iterations[^1], TracePhase.End, ema);
        }

        if (traces[0].Iterations.All(iteration => iteration.Entries.Count == 0))
        {
            throw new AlignException(
                $"{folder}: expected parts of a run (batch00000_rank00.npz, {RunRecord.LossesFile}, {RunRecord.StartName}.*, "
                    + $"{RunRecord.EndName}.*, {RunRecord.RawEndName}.*), found none; record one with ppyolo train --record DIR --trace"
            );
        }

        return new(folder, traces)
        {
            Options = settings?.Options,
            Seed = record?.Head.Seed ?? "1",
            Start = ReadStart(folder),
            Batches =
                batches && ranks > 0 && iterations > 0 && (settings is not null || record is null || RecordedBatches.AreDetections(folder))
                    ? rank => new RecordedBatches(folder, rank)
                    : null,
            Environment = RunEnvironment.Read(folder),
            HasLength = traced || iterations > 0 || losses is not null,
            IsUnfinished = RecordFolder.IsUnfinished(folder),
            Capsule = capsule,
            FirstIteration = capsule?.FirstIteration ?? 0,
            Remarks = [.. Remarks(folder, record?.Head)],
        };
    }

    /// <summary>Start weights of a run whose iteration 0 was not traced.</summary>
    private static void AddStart(string folder, IterationTrace trace)
    {
        if (Find(folder, RunRecord.StartName) is { } path)
        {
            using var start = TensorFile.Read(path);
            if (!ZeroWeights.Are(start))
            {
                TracingLoop.AddFiles(trace, TracePhase.Start, start, name => !TensorKinds.IsCounter(name));
            }
        }
    }

    private static RunTrace Declared(RunTrace trace, RecordHead? head, string folder)
    {
        var recorded = head?.Recorded;
        recorded?.RequireIn(trace, folder);
        return trace with
        {
            Modules = recorded?.Modules?.ToHashSet(StringComparer.Ordinal),
            Gradients = recorded?.Gradients?.ToHashSet(StringComparer.Ordinal),
        };
    }

    private static IEnumerable<string> Remarks(string folder, RecordHead? head)
    {
        if (RecordFolder.IsUnfinished(folder))
        {
            yield return $"{folder} is not finished: its run is still being recorded, or died ({RecordFolder.UnfinishedFile} is there)";
        }
        else if (head is null)
        {
            yield return $"{folder} has no {CaseHead.FileName}: it does not say what was recorded, and what is missing is taken for never "
                + "recorded";
        }
        else if (head.Recorded is null)
        {
            yield return $"{folder} has a {CaseHead.FileName} of version {head.Version}, which does not say what was recorded: what is "
                + "missing is taken for never recorded";
        }
    }

    private static NamedTensors? ReadStart(string folder)
    {
        var start = Find(folder, RunRecord.StartName) is { } file ? TensorFile.Read(file) : null;
        if (start is null || !ZeroWeights.Are(start))
        {
            return start;
        }

        start.Dispose();
        return null;
    }

    /// <summary>Settings in which two runs differ, from their records.</summary>
    public static IEnumerable<(string Name, string First, string Second)> Settings(ExplainedRun first, ExplainedRun second)
    {
        if (first.Options is null || second.Options is null)
        {
            yield break;
        }

        var (a, b) = (Values(first.Options), Values(second.Options));
        foreach (var (name, value) in a.Where(pair => b[pair.Key] != pair.Value))
        {
            yield return (name, value, b[name]);
        }
    }

    private static Dictionary<string, string> Values(TrainOptions options)
    {
        using var document = System.Text.Json.JsonDocument.Parse(StrictJson.Text(options));
        return document
            .RootElement.EnumerateObject()
            .ToDictionary(
                member => member.Name,
                member => string.Concat(member.Value.GetRawText().Where(c => !char.IsWhiteSpace(c))),
                StringComparer.Ordinal
            );
    }

    private static string? Find(string folder, string name) => RunRecord.TryFindFile(folder, name);
}
