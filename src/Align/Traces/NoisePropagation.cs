namespace PPYolo.Align.Traces;

/// <summary>
/// How large noise may become on its way through an iteration. The noise floor comes from a few twins, and they do not see every kink. An
/// activation within rounding of its kink may fall on the other side in the next run, and the gradient then differs by that element. How
/// much that can be is measured where a trace has <see cref="TraceEntry.Kinks"/>: by the elements that the two runs' own forward noise may
/// move across. Where the forward pass is the same to the last bit, nothing moves. What is computed from something that differs within its
/// bound may differ in proportion.
/// </summary>
internal sealed class NoisePropagation
{
    /// <summary>
    /// Where kinks were not measured: elements of the largest size that may fall on the other side at once. Also what sketches may
    /// underestimate a difference by.
    /// </summary>
    private const double Flips = 2;

    /// <summary>How much a flip may gain on its way from a module's output to its input, relative to the gradients there.</summary>
    private const double KinkGain = 3;

    /// <summary>
    /// What one module's way back may round to otherwise: ten times what it does (about 1e-6 of its norm). The floor's twins do not say it,
    /// since they differ before already.
    /// </summary>
    private const double OneModule = 1e-5;

    private readonly Dictionary<TraceKey, double> accepted = [];
    private double backward;
    private double kinks;
    private double weightGrowth = 1;
    private bool moved;
    private bool hasLosses;
    private bool measured;

    /// <summary>Begins an iteration.</summary>
    /// <param name="measuresKinks">Whether the expected run has measured its kinks.</param>
    public void Begin(bool measuresKinks) => (backward, kinks, moved, hasLosses, measured) = (0, 0, false, false, measuresKinks);

    /// <summary>The largest relative difference that noise explains, given what differed before it.</summary>
    /// <param name="entry">The expected run's entry.</param>
    /// <param name="earlier">The same entry after the iteration before, or null.</param>
    /// <param name="bound">What the noise floor alone explains.</param>
    public double Bound(TraceEntry entry, TraceEntry? earlier, double bound)
    {
        var name = entry.Key.Name;
        if (entry.Key.Phase == TracePhase.Backward && hasLosses && !moved)
        {
            // Everything that the way back starts from is the same to the last bit.
            return Math.Min(bound, Math.Max(OneModule, TraceComparison.Allowance * backward));
        }

        return Math.Max(
            bound,
            entry.Key.Phase switch
            {
                TracePhase.Forward or TracePhase.Buffers or TracePhase.Loss => bound * weightGrowth,
                TracePhase.Backward => Math.Max(Kink(entry), TraceComparison.Allowance * backward),
                TracePhase.Gradient => TraceComparison.Allowance * backward,
                TracePhase.Reduction => TraceComparison.Allowance * Math.Max(backward, Of(TracePhase.Gradient, name)),
                TracePhase.Momentum => TraceComparison.Allowance
                    * Math.Max(Math.Max(Of(TracePhase.Gradient, name), Of(TracePhase.Reduction, name)), Of(TracePhase.Momentum, name)),
                TracePhase.Weights => (
                    Of(TracePhase.Weights, name)
                    + (
                        TraceComparison.Allowance
                        * Of(TracePhase.Momentum, name)
                        * (earlier is null ? 0 : entry.Summary.RelativeDistance(earlier.Summary))
                    )
                ) * Flips,
                TracePhase.Ema or TracePhase.End => Flips
                    * Math.Max(Math.Max(Of(TracePhase.Weights, name), Of(TracePhase.Buffers, name)), Of(TracePhase.Ema, name)),
                _ => 0,
            }
        );
    }

    /// <summary>Notes a difference that is within its bound.</summary>
    /// <param name="entry">The expected run's entry.</param>
    /// <param name="difference">The difference.</param>
    /// <param name="floorBound">What the noise floor alone explains.</param>
    public void Accept(TraceEntry entry, EntryDifference difference, double floorBound)
    {
        if (difference.Key.Phase is TracePhase.Forward or TracePhase.Loss)
        {
            moved |= difference.Relative > 0;
            hasLosses |= difference.Key.Phase == TracePhase.Loss;
        }

        if (difference.Key.Phase == TracePhase.Backward && entry.Kinks is { } shares)
        {
            // What the module's own output is off by, it may have been off by before its kink.
            kinks = Math.Max(kinks, KinkReach.Share(shares, Of(TracePhase.Forward, difference.Key.Name)));
        }

        if (difference.Exceeds)
        {
            return;
        }

        accepted[difference.Key] = difference.Relative;
        if (difference.Key.Phase == TracePhase.Backward)
        {
            backward = Math.Max(backward, difference.Relative);
        }
        else if (difference.Key.Phase == TracePhase.Weights)
        {
            weightGrowth = Math.Max(weightGrowth, difference.Relative / floorBound);
        }
    }

    /// <summary>What kinks behind the modules that the gradient has come through can do to it.</summary>
    private double Kink(TraceEntry entry)
    {
        var unmeasured = Flips * entry.Summary.AbsMax / Math.Max(double.Epsilon, entry.Summary.L2);
        return !moved ? 0
            : measured ? Math.Min(KinkGain * kinks, unmeasured)
            : unmeasured;
    }

    private double Of(TracePhase phase, string name) => accepted.GetValueOrDefault(new(phase, name));
}
