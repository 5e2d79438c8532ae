using PPYolo.Align.Traces;

namespace PPYolo.Harness.Reference;

/// <summary>
/// How far a gradient of iteration 0 may be from the reference's, measured on our own run. Rounding alone is small: it is in proportion to
/// what rounding does to the forward pass, which a twin from weights perturbed by 1e-7 shows. What can be large is a kink: an activation
/// within that noise of zero may be on the other side in the reference, and then all gradients before it differ. How much that can be is
/// counted element by element while we train (<see cref="TraceEntry.Kinks"/>); a gradient that no such element lies behind has rounding
/// alone.
/// </summary>
internal sealed class GradientNoise
{
    private readonly List<double> kinksAt = [];
    private readonly Dictionary<string, int> placeOf = new(StringComparer.Ordinal);

    private GradientNoise() { }

    /// <summary>
    /// The largest relative distance of a map of our twin: backward noise follows from it, wherever in the network it came in.
    /// </summary>
    public double Rounding { get; private init; }

    /// <summary>Measures; null where nobody measured kinks, as on a card.</summary>
    /// <param name="ranks">Our run's trace of iteration 0 on each rank.</param>
    /// <param name="twins">The same of the twin.</param>
    public static GradientNoise? Of(IReadOnlyList<IterationTrace> ranks, IReadOnlyList<IterationTrace> twins)
    {
        if (!ranks.All(trace => trace.MeasuresKinks))
        {
            return null;
        }

        var noise = new GradientNoise
        {
            Rounding = ranks.Zip(twins, (ours, twin) => ours.Of(TracePhase.Forward).Max(entry => Distance(entry, twin))).Max(),
        };
        double kinks = 0;
        foreach (var entry in ranks[0].Of(TracePhase.Backward))
        {
            var name = entry.Key.Name;
            for (var rank = 0; rank < ranks.Count; rank++)
            {
                if (ranks[rank][TracePhase.Backward, name]?.Kinks is { } shares && ranks[rank][TracePhase.Forward, name] is { } forward)
                {
                    kinks = Math.Max(kinks, KinkReach.Share(shares, Distance(forward, twins[rank])));
                }
            }

            noise.placeOf[name] = noise.kinksAt.Count;
            noise.kinksAt.Add(kinks);
        }

        return noise;
    }

    /// <summary>What rounding and kinks can do to a parameter's gradient, relative L2.</summary>
    public (double Rounding, double Kinks) Of(string parameter) => (Rounding, kinksAt[PlaceOf(parameter)]);

    /// <summary>Where in the backward pass a parameter gets its gradient: that of the innermost module that has it.</summary>
    public int PlaceOf(string parameter)
    {
        for (var end = parameter.LastIndexOf('.'); end > 0; end = parameter.LastIndexOf('.', end - 1))
        {
            if (placeOf.TryGetValue(parameter[..end], out var place))
            {
                return place;
            }
        }

        return kinksAt.Count - 1;
    }

    private static double Distance(TraceEntry entry, IterationTrace twin) =>
        twin.TryGet(entry.Key, out var other) ? entry.Summary.RelativeDistance(other.Summary) : 0;
}
