using PPYolo.Align.Verdicts;

namespace PPYolo.Harness.Reference;

/// <summary>The two sides of a comparison, and what it has found so far.</summary>
/// <param name="File">The case.</param>
/// <param name="Data">What the reference recorded.</param>
/// <param name="Run">Our run.</param>
/// <param name="Twin">The forward pass of iteration 0 of ours from weights perturbed by 1e-7.</param>
internal sealed record Compared(ReferenceCase File, ReferenceData Data, ReferenceRun Run, ReferenceTwin Twin)
{
    /// <summary>How far correct implementations may be apart.</summary>
    public ReferenceBounds Bounds { get; } = ReferenceBounds.For(File);

    /// <summary>What rounding and kinks may do to gradients; null where nobody measured.</summary>
    public GradientNoise? Noise { get; } = GradientNoise.Of(Run.FirstTraces, Twin.Traces);

    /// <summary>Each tensor's difference.</summary>
    public List<TensorFinding> Findings { get; } = [];

    /// <summary>The last iteration of ours.</summary>
    public int Last => File.Iterations - 1;

    /// <summary>The last iteration whose total loss is asserted; 0 is none but the first.</summary>
    public int LastLoss => Math.Min(Math.Min(Bounds.LastLoss, File.Comparable.LossIterations), Last);

    /// <summary>Whether weights and moving averages after the last iteration are.</summary>
    public bool CoversTheEnd => ReferenceBounds.CoverTheEnd(File);
}
