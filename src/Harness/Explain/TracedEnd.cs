using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain;

/// <summary>
/// The weights and momentum that a traced run ended with are in its trace, and those are compared: a file that has others would be
/// compared with nothing.
/// </summary>
internal static class TracedEnd
{
    /// <summary>In proportion to a tensor's norm: rounding of a file in float64, or of sums, is less.</summary>
    private const double SameNumbers = 1e-6;

    /// <summary>Refuses a file of an end that is not the trace's.</summary>
    /// <param name="path">The weights as trained, or momentum.</param>
    /// <param name="last">The last iteration's trace.</param>
    /// <param name="phase">Where the trace has them.</param>
    /// <exception cref="AlignException">The file has other numbers than the trace.</exception>
    public static void Require(string path, IterationTrace last, TracePhase phase)
    {
        using var raw = TensorFile.Read(path);
        var others = (
            from pair in raw
            where pair.Value.Type.IsFloatingPoint()
            let traced = last[phase, pair.Key]
            where traced is not null
            let distance = traced.Shape.SequenceEqual(pair.Value.Shape)
                ? traced.Summary.RelativeDistance(StripedSummary.Of(pair.Value))
                : double.PositiveInfinity
            // Written so that NaN in the file alone is another number.
            where !(distance <= SameNumbers) && !(double.IsNaN(traced.Summary.L2) && double.IsNaN(distance))
            select (pair.Key, Distance: distance)
        ).ToList();
        if (others.Count > 0)
        {
            throw new AlignException(
                $"{path}: expected the {phase.ToString().ToLowerInvariant()} that the record's own trace ends with, found others in "
                    + $"{others.Count} tensors, '{others[0].Key}' by {Numbers.Text(others[0].Distance)} of its norm first; take away the "
                    + $"trace ({TraceFile.FileName(0, 0)} ...) to compare the file, or the file to compare the trace"
            );
        }
    }
}
