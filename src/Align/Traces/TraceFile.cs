using System.Globalization;
using System.Text;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Traces;

/// <summary>
/// A trace on disk: trace00000_rank00.npz and so on, one file for each iteration and rank. "index" is UTF-8 JSON that names each entry's
/// phase, name and shape; "statistics" (N,4) holds their norms, means, largest magnitudes and non-finite elements, "sketch" (N,64) their
/// striped sums, all float64; whole tensors are under "full/PHASE/NAME".
/// </summary>
public static class TraceFile
{
    private const string IndexName = "index",
        StatisticsName = "statistics",
        SketchName = "sketch",
        FullPrefix = "full/";
    private const int Statistics = 4;

    /// <summary>The file of an iteration and rank.</summary>
    public static string FileName(int iteration, int rank) =>
        string.Create(CultureInfo.InvariantCulture, $"trace{iteration:D5}_rank{rank:D2}.npz");

    /// <summary>Whether a folder has a trace of a rank.</summary>
    public static bool ExistsIn(string folder, int rank = 0) => File.Exists(Path.Combine(folder, FileName(0, rank)));

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

        var index = StrictJson.Text(trace.Entries.Select(entry => new IndexEntry(entry.Key.Phase, entry.Key.Name, entry.Shape)).ToList());
        var tensors = new NamedTensors
        {
            { IndexName, TensorData.Of<byte>(Encoding.UTF8.GetBytes(index), Encoding.UTF8.GetByteCount(index)) },
            { StatisticsName, TensorData.Of<double>(statistics, count, Statistics) },
            { SketchName, TensorData.Of<double>(sketches, count, StripedSummary.Stripes) },
        };
        foreach (var (name, tensor) in full)
        {
            tensors.Add(name, tensor);
        }

        Npz.Write(Path.Combine(folder, FileName(trace.Iteration, rank)), tensors);
    }

    /// <summary>Reads the trace of a rank: as many iterations as there are files.</summary>
    /// <exception cref="AlignException">There is none, or a file is malformed.</exception>
    public static RunTrace Read(string folder, int rank = 0)
    {
        var iterations = new List<IterationTrace>();
        while (File.Exists(Path.Combine(folder, FileName(iterations.Count, rank))))
        {
            iterations.Add(ReadIteration(folder, rank, iterations.Count));
        }

        return iterations.Count > 0
            ? new(rank, iterations)
            : throw new AlignException(
                $"{Path.Combine(folder, FileName(0, rank))}: not found; a trace is recorded by: ppyolo train --record DIR --trace"
            );
    }

    private static IterationTrace ReadIteration(string folder, int rank, int iteration)
    {
        var path = Path.Combine(folder, FileName(iteration, rank));
        using var tensors = Npz.Read(path);
        var index = StrictJson.Parse<List<IndexEntry>>(
            Encoding.UTF8.GetString(Part(tensors, IndexName, ElementType.UInt8, path).Bytes.Span),
            path
        );
        var statistics = Part(tensors, StatisticsName, ElementType.Float64, path).As<double>();
        var sketches = Part(tensors, SketchName, ElementType.Float64, path).As<double>();
        if (statistics.Length != index.Count * Statistics || sketches.Length != index.Count * StripedSummary.Stripes)
        {
            throw new AlignException(
                $"{path}: expected statistics and sketches of {index.Count} entries, found {statistics.Length} and {sketches.Length} "
                    + $"numbers; record the trace again"
            );
        }

        var trace = new IterationTrace(iteration);
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
            trace.Add(new(new(index[i].Phase, index[i].Name), index[i].Shape, summary) { Full = full });
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

    private sealed record IndexEntry(TracePhase Phase, string Name, IReadOnlyList<long> Shape);
}
