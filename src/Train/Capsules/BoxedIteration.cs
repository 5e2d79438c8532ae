using PPYolo.Align.Records;
using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;

namespace PPYolo.Train.Capsules;

/// <summary>What is kept of a rank's iteration.</summary>
/// <param name="Trace">The sketches; of an iteration that broke off, those until then.</param>
/// <param name="Size">The side of the images in pixels.</param>
/// <param name="Rate">The learning rate; null where the iteration broke off.</param>
/// <param name="Losses">The losses over all ranks.</param>
/// <param name="Norm">The norm of all gradients; null where the iteration broke off.</param>
/// <param name="Identity">Which batch it was.</param>
/// <param name="Batch">The batch itself; kept of the last iteration alone, since it is large.</param>
internal sealed record BoxedIteration(
    IterationTrace Trace,
    long Size,
    double? Rate,
    IReadOnlyList<KeyValuePair<string, float>> Losses,
    double? Norm,
    CapsuleBatch Identity,
    Batch? Batch
)
{
    /// <summary>Boxes an iteration that is done.</summary>
    public static BoxedIteration Of(IterationTrace trace, int rank, Batch batch, Stepping.StepResult result) =>
        new(trace, result.Size, result.LearningRate, result.Losses, NormOf(trace), IdentityOf(rank, batch), batch);

    /// <summary>Boxes an iteration whose loss was not finite.</summary>
    public static BoxedIteration Of(IterationTrace trace, int rank, Stepping.NonFiniteLossException broken) =>
        new(trace, broken.Batch.Size, null, broken.Losses, null, IdentityOf(rank, broken.Batch), broken.Batch);

    private static CapsuleBatch IdentityOf(int rank, Batch batch) => new(rank, batch.Source, batch.Files) { Objects = [.. Objects(batch)] };

    private static IEnumerable<int> Objects(Batch batch)
    {
        var (rows, values) = ((int)batch.Boxes.Shape[1], batch.Boxes.As<float>().ToArray());
        // A row of zeros is none.
        return values.Chunk(4).Select(box => Array.TrueForAll(box, value => value == 0) ? 0 : 1).Chunk(rows).Select(image => image.Sum());
    }

    /// <summary>Of the gradients over all ranks.</summary>
    private static double NormOf(IterationTrace trace)
    {
        var reduced = trace.Of(TracePhase.Reduction).Any() ? TracePhase.Reduction : TracePhase.Gradient;
        return Math.Sqrt(trace.Of(reduced).Select(entry => entry.Summary).Sum(Squared));
    }

    private static double Squared(StripedSummary summary) => summary.L2 * summary.L2;
}
