using System.Security.Cryptography;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Matching;

/// <summary>One of two runs, or files of weights, whose names are to be found in the other.</summary>
public sealed class MatchSide
{
    /// <summary>Iterations that are looked at: later ones say no more, and are further apart.</summary>
    private const int MostIterations = 2;

    private readonly OrderedDictionary<(MatchKind Kind, string Name), MatchItem> items = [];

    private MatchSide(string name) => Name = name;

    /// <summary>The folder or file.</summary>
    public string Name { get; }

    /// <summary>How many names it has.</summary>
    public int Count => items.Count;

    internal IReadOnlyList<MatchItem> Items => items.Values;

    /// <summary>Reads a record folder, or a file of weights.</summary>
    /// <exception cref="AlignException">It cannot be read, or has neither a trace nor weights.</exception>
    public static MatchSide Read(string path)
    {
        if (!Directory.Exists(path))
        {
            using var tensors = TensorFile.Read(path);
            return tensors.Count > 0
                ? Of(path, null, tensors)
                : throw new AlignException($"{path}: expected named tensors, found none; save the model's state_dict");
        }

        var traced = TraceFile.ExistsIn(path);
        var weights = RecordFolder.TryFindFile(path, RecordFolder.StartName);
        if (!traced && weights is null)
        {
            throw new AlignException(
                $"{path}: expected a record with a trace or start weights ({TensorFormat.WeightsPattern(RecordFolder.StartName)}), found "
                    + "neither; docs/trace.md says how to record one"
            );
        }

        using var start = weights is null ? null : TensorFile.Read(weights);
        return Of(path, traced ? TraceFile.Read(path) : null, start);
    }

    /// <summary>A run that is in memory.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="trace">The trace of rank 0, or null.</param>
    /// <param name="start">The start weights, or null.</param>
    public static MatchSide Of(string name, RunTrace? trace, NamedTensors? start)
    {
        var side = new MatchSide(name);
        foreach (var (key, tensor) in start ?? [])
        {
            var item = side.Item(MatchKind.State, key, tensor.Shape);
            item.Digest = (Digest(tensor), tensor.Shape.Length == 2 ? Digest(Rearrangement.Of(tensor, Rearrangement.Transposed)) : null);
            if (Rearrangement.Summary(tensor) is { } summary)
            {
                item.Evidence.Add((new(-1, TracePhase.Start, ""), summary));
            }
        }

        foreach (var iteration in trace?.Iterations.Where(iteration => iteration.IsTraced).Take(MostIterations) ?? [])
        {
            side.Add(iteration, trace!);
        }

        side.NoteLeaves();
        return side;
    }

    private void Add(IterationTrace iteration, RunTrace trace)
    {
        // Parameters are known when their moments come.
        foreach (var entry in iteration.Entries.OrderBy(entry => entry.Key.Phase))
        {
            var (phase, name) = (entry.Key.Phase, entry.Key.Name);
            var kind = phase switch
            {
                TracePhase.Data => MatchKind.Data,
                TracePhase.Loss => MatchKind.Loss,
                TracePhase.Forward or TracePhase.Backward => MatchKind.Output,
                _ => MatchKind.State,
            };
            if (phase is TracePhase.Schedule or TracePhase.Ema or TracePhase.End)
            {
                continue;
            }

            var part = "";
            if (phase == TracePhase.Momentum && !items.ContainsKey((MatchKind.State, name)) && name.LastIndexOf('.') is > 0 and var dot)
            {
                (name, part) = (name[..dot], name[(dot + 1)..]);
            }

            var item = Item(kind, name, entry.Shape);
            if (phase == TracePhase.Start)
            {
                if (item.Evidence.Count == 0)
                {
                    item.Evidence.Add((new(-1, phase, ""), entry.Summary));
                }
            }
            else
            {
                // Of weights and statistics, how they moved: before that, all norms of one size are alike.
                var moves = phase is TracePhase.Weights or TracePhase.Buffers;
                var before = !moves
                    ? null
                    : trace.Find(iteration.Iteration - 1, phase, name)?.Summary
                        ?? (iteration.Iteration == 0 ? item.Evidence.Find(known => known.Label.Phase == TracePhase.Start).Summary : null);
                if (before is not null || !moves)
                {
                    item.Evidence.Add((new(iteration.Iteration, phase, part), Minus(entry.Summary, before)));
                }
            }
        }
    }

    private MatchItem Item(MatchKind kind, string name, IReadOnlyList<long> shape) =>
        items.TryGetValue((kind, name), out var item) ? item : items[(kind, name)] = new(name, kind, [.. shape]);

    /// <summary>Modules that others, or parameters, are in.</summary>
    private void NoteLeaves()
    {
        var owners = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items.Values)
        {
            for (var owner = item.Owner; owner.Length > 0 && owners.Add(owner); owner = Above(owner)) { }
        }

        foreach (var item in items.Values)
        {
            item.IsLeaf = !owners.Contains(item.Name);
        }
    }

    internal static string Above(string name) => name.LastIndexOf('.') is > 0 and var dot ? name[..dot] : "";

    private static StripedSummary Minus(StripedSummary summary, StripedSummary? before)
    {
        if (before is null)
        {
            return summary;
        }

        double[] sums = [.. summary.Sums.Zip(before.Sums, (now, then) => now - then)];
        return new(Math.Sqrt(sums.Sum(sum => sum * sum)), summary.Mean - before.Mean, 0, summary.NonFinite + before.NonFinite, sums);
    }

    private static string Digest(TensorData tensor)
    {
        // float64 that was float32 is the same number.
        var value = tensor.Type.IsFloatingPoint() ? tensor.To(ElementType.Float32) : tensor;
        return $"{value.Type}{value.ShapeText}{Convert.ToHexString(SHA256.HashData(value.Bytes.Span))}";
    }
}
