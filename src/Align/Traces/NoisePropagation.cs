namespace PPYolo.Align.Traces;

/// <summary>
/// How large noise may become on its way through an iteration. The noise floor comes from a few twins, and they do not see every kink. An
/// activation within rounding of its kink may fall on the other side in the next run, and so may a difference within rounding of zero whose
/// absolute value is taken. From there on the gradient differs by that element. So the gradient of a map may differ by as much as its
/// largest elements, and what is computed from something that differs within its bound may differ in proportion.
/// </summary>
internal sealed class NoisePropagation
{
    /// <summary>
    /// Elements of the largest size that may fall on the other side of a kink at once; sketches estimate the difference within some 10 %.
    /// </summary>
    private const double Flips = 2;

    private readonly Dictionary<TraceKey, double> accepted = [];
    private double backward;
    private double weightGrowth = 1;

    /// <summary>Begins an iteration.</summary>
    public void Begin() => backward = 0;

    /// <summary>The largest relative difference that noise explains, given what differed before it.</summary>
    /// <param name="entry">The expected run's entry.</param>
    /// <param name="earlier">The same entry after the iteration before, or null.</param>
    /// <param name="bound">What the noise floor alone explains.</param>
    public double Bound(TraceEntry entry, TraceEntry? earlier, double bound)
    {
        var name = entry.Key.Name;
        return Math.Max(
            bound,
            entry.Key.Phase switch
            {
                TracePhase.Forward or TracePhase.Buffers or TracePhase.Loss => bound * weightGrowth,
                TracePhase.Backward => Math.Max(
                    Flips * entry.Summary.AbsMax / Math.Max(double.Epsilon, entry.Summary.L2),
                    TraceComparison.Allowance * backward
                ),
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
    /// <param name="difference">The difference.</param>
    /// <param name="floorBound">What the noise floor alone explains.</param>
    public void Accept(EntryDifference difference, double floorBound)
    {
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

    private double Of(TracePhase phase, string name) => accepted.GetValueOrDefault(new(phase, name));
}
