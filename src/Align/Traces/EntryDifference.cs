namespace PPYolo.Align.Traces;

/// <summary>How far an entry of one run is from the same of another.</summary>
/// <param name="Iteration">Counted from 0.</param>
/// <param name="Rank">Whose.</param>
/// <param name="Key">What it is.</param>
/// <param name="Relative">The distance over the larger norm, estimated from sketches; NaN where it cannot be: an entry missing on one side,
/// of another shape, or not finite.</param>
/// <param name="Bound">The largest relative distance that noise explains.</param>
/// <param name="Note">Why there is no distance, or null.</param>
public sealed record EntryDifference(int Iteration, int Rank, TraceKey Key, double Relative, double Bound, string? Note)
{
    /// <summary>Whether it differs by more than noise. A NaN does.</summary>
    public bool Exceeds => !(Relative <= Bound);

    /// <summary>The distance in units of the noise floor.</summary>
    public double Units => Relative / Bound * TraceComparison.Allowance;
}
