namespace PPYolo.Align.Traces;

/// <summary>How near to a kink an element is, in levels: each reaches four times as far as the one before.</summary>
public static class KinkReach
{
    /// <summary>How many levels are measured.</summary>
    public const int Levels = 8;

    /// <summary>
    /// How many times the relative forward noise of a map its single elements may be off, in units of the map's root mean square: noise is
    /// not spread evenly.
    /// </summary>
    private const double Unevenness = 6;

    /// <summary>The reach of a level, in units of the root mean square of what the kink is in: 1e-7 of level 0.</summary>
    public static double Of(int level) => 1e-7 * Math.Pow(4, level);

    /// <summary>
    /// Of what kinks would change (<see cref="TraceEntry.Kinks"/>) that which noise may make them change; infinite where noise is larger
    /// than any level.
    /// </summary>
    /// <param name="shares">What would change within the reach of each level.</param>
    /// <param name="noise">The relative distance of the map in two runs.</param>
    public static double Share(IReadOnlyList<double> shares, double noise)
    {
        var level = 0;
        while (level < shares.Count && Of(level) < Unevenness * noise)
        {
            level++;
        }

        return level < shares.Count ? shares[level] : double.PositiveInfinity;
    }
}
