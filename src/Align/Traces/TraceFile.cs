using System.Globalization;
using System.Text;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Traces;

/// <summary>
/// A trace on disk: trace00000_rank00.npz and so on, one file for each iteration and rank. "index" is UTF-8 JSON: an object with the
/// version, 2, and "entries", which names each entry's phase, name and shape. "statistics" (N,4) holds their norms, means, largest
/// magnitudes and non-finite elements, "sketch" (N,64) their striped sums, all float64; whole tensors are under "full/PHASE/NAME". Where
/// kinks were measured, "kinks" in the index lists the numbers of the M entries that have some, and the array "kinks" (M,8) has their
/// shares by <see cref="KinkReach"/>. The index of version 1 is the list of entries alone.
/// </summary>
public static class TraceFile
{
    private const string IndexName = "index",
        StatisticsName = "statistics",
        SketchName = "sketch",
        KinksName = "kinks",
        FullPrefix = "full/",
        FilePrefix = "trace";
    private const int Statistics = 4,
        Version = 2,
        MostIterations = 1_000_000;

    /// <summary>The file of an iteration and rank.</summary>
    public static string FileName(int iteration, int rank) =>
        string.Create(CultureInfo.InvariantCulture, $"{FilePrefix}{iteration:D5}_rank{rank:D2}.npz");

    /// <summary>Whether a folder has a trace of a rank, of any iteration.</summary>
    public static bool ExistsIn(string folder, int rank = 0) => Iterations(folder, rank).Any();

    /// <summary>Writes an iteration.</summary>
    public static void Write(string folder, int rank, IterationTrace trace)
    {
        var count = trace.Entries.Count;
        var statistics = new double[count * Statistics];
        var sketches = new double[count * StripedSummary.Stripes];
        var full = new NamedTensors();
        for (var i = 0; i < count; i++)
        {
            var (summary, key) = (trace.Entries[i].Summary, trace.Entries[i].Key);
            ReadOnlySpan<double> row = [summary.L2, summary.Mean, summary.AbsMax, summary.NonFinite];
            row.CopyTo(statistics.AsSpan(i * Statistics));
            summary.Sums.CopyTo(sketches, i * StripedSummary.Stripes);
            if (trace.Entries[i].Full is { } tensor)
            {
                full.Add($"{FullPrefix}{key.Phase}/{key.Name}", tensor);
            }
        }

        List<int> near = [.. Enumerable.Range(0, count).Where(i => trace.Entries[i].Kinks is not null)];
        var index = StrictJson.Text(
            new Index(Version, [.. trace.Entries.Select(entry => new IndexEntry(entry.Key.Phase, entry.Key.Name, entry.Shape))])
            {
                Kinks = trace.MeasuresKinks ? near : null,
            }
        );
        var tensors = new NamedTensors
        {
            { IndexName, TensorData.Of<byte>(Encoding.UTF8.GetBytes(index), Encoding.UTF8.GetByteCount(index)) },
            { StatisticsName, TensorData.Of<double>(statistics, count, Statistics) },
            { SketchName, TensorData.Of<double>(sketches, count, StripedSummary.Stripes) },
        };
        if (trace.MeasuresKinks)
        {
            double[] shares = [.. near.SelectMany(i => trace.Entries[i].Kinks!)];
            tensors.Add(KinksName, TensorData.Of<double>(shares, near.Count, KinkReach.Levels));
        }

        foreach (var (name, tensor) in full)
        {
            tensors.Add(name, tensor);
        }

        Npz.Write(Path.Combine(folder, FileName(trace.Iteration, rank)), tensors);
    }

    /// <summary>
    /// Reads the trace of a rank: from iteration 0 to the last of which there is a file. Those that were not traced have no entries.
    /// </summary>
    /// <param name="folder">The record folder.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="length">How many iterations the run had, where that is known.</param>
    /// <exception cref="AlignException">There is none, or a file is malformed.</exception>
    public static RunTrace Read(string folder, int rank = 0, int length = 0)
    {
        var traced = Iterations(folder, rank).ToHashSet();
        (string Text, Index Index)? last = null;
        return traced.Count > 0
            ? new(
                rank,
                [
                    .. Enumerable
                        .Range(0, Math.Min(MostIterations, Math.Max(length, traced.Max() + 1)))
                        .Select(i => traced.Contains(i) ? ReadIteration(folder, rank, i, ref last) : new(i)),
                ]
            )
            : throw new AlignException(
                $"{Path.Combine(folder, FileName(0, rank))}: not found; a trace is recorded by: ppyolo train --record DIR --trace"
            );
    }

    /// <summary>The iterations of which there is a file.</summary>
    private static IEnumerable<int> Iterations(string folder, int rank)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $"_rank{rank:D2}.npz");
        return !Directory.Exists(folder)
            ? []
            : Directory
                .EnumerateFiles(folder, $"{FilePrefix}*{end}")
                .Select(path => Path.GetFileName(path)[FilePrefix.Length..^end.Length])
                .Select(digits => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var i) ? i : -1)
                .Where(i => i is >= 0 and < MostIterations && File.Exists(Path.Combine(folder, FileName(i, rank))));
    }

    /// <param name="folder">The record folder.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="iteration">The iteration.</param>
    /// <param name="last">The index read last: most iterations have the same one, and to parse it takes most of the time.</param>
    private static IterationTrace ReadIteration(string folder, int rank, int iteration, ref (string Text, Index Index)? last)
    {
        var path = Path.Combine(folder, FileName(iteration, rank));
        using var tensors = Npz.Read(path);
        var text = Encoding.UTF8.GetString(Part(tensors, IndexName, ElementType.UInt8, path).Bytes.Span);
        var head = last?.Text == text ? last.Value.Index : ReadIndex(text, path);
        last = (text, head);
        var index = head.Entries;
        var kinks = head.Kinks is null ? null : Part(tensors, KinksName, ElementType.Float64, path).As<double>().ToArray();
        var statistics = Part(tensors, StatisticsName, ElementType.Float64, path).As<double>();
        var sketches = Part(tensors, SketchName, ElementType.Float64, path).As<double>();
        if (statistics.Length != index.Count * Statistics || sketches.Length != index.Count * StripedSummary.Stripes)
        {
            throw new AlignException(
                $"{path}: expected statistics and sketches of {index.Count} entries, found {statistics.Length} and {sketches.Length} "
                    + $"numbers; record the trace again"
            );
        }

        if (
            kinks is not null
            && (kinks.Length != head.Kinks!.Count * KinkReach.Levels || head.Kinks.Any(at => at < 0 || at >= index.Count))
        )
        {
            throw new AlignException(
                $"{path}: expected kinks of {head.Kinks.Count} of {index.Count} entries, {KinkReach.Levels} numbers each, found "
                    + $"{kinks.Length} numbers; record the trace again"
            );
        }

        var near = (head.Kinks ?? []).Select((at, row) => (at, row)).ToLookup(pair => pair.at, pair => pair.row);
        var trace = new IterationTrace(iteration) { MeasuresKinks = kinks is not null };
        for (var i = 0; i < index.Count; i++)
        {
            var row = statistics.Slice(i * Statistics, Statistics);
            var summary = new StripedSummary(
                row[0],
                row[1],
                row[2],
                (long)row[3],
                sketches.Slice(i * StripedSummary.Stripes, StripedSummary.Stripes).ToArray()
            );
            var full = tensors.TryGet($"{FullPrefix}{index[i].Phase}/{index[i].Name}", out var tensor)
                ? new TensorData(tensor.Type, tensor.Shape.AsSpan(), tensor.Bytes.ToArray())
                : null;
            trace.Add(
                new(new(index[i].Phase, index[i].Name), index[i].Shape, summary)
                {
                    Full = full,
                    Kinks = near[i].Any() ? kinks.AsSpan(near[i].First() * KinkReach.Levels, KinkReach.Levels).ToArray() : null,
                }
            );
        }

        return trace;
    }

    private static TensorData Part(NamedTensors tensors, string name, ElementType type, string path) =>
        tensors.TryGet(name, out var tensor) && tensor.Type == type
            ? tensor
            : throw new AlignException(
                $"{path}: expected an array '{name}' of {type.Name()}, found {(tensor is null ? "none" : tensor.ToString())}; it is no "
                    + $"trace of this version: record it again"
            );

    private static Index ReadIndex(string text, string path)
    {
        if (text.AsSpan().TrimStart() is ['[', ..])
        {
            return new(1, StrictJson.Parse<List<IndexEntry>>(text, path));
        }

        var index = StrictJson.Parse<Index>(text, path);
        return index.Version == Version
            ? index
            : throw new AlignException($"{path}: expected an index of version 1 or 2, found {index.Version}; it is of a later program");
    }

    private sealed record Index(int Version, IReadOnlyList<IndexEntry> Entries)
    {
        /// <summary>The numbers of the entries that have kinks; null where nobody measured.</summary>
        public List<int>? Kinks { get; init; }
    }

    private sealed record IndexEntry(TracePhase Phase, string Name, IReadOnlyList<long> Shape);
}
