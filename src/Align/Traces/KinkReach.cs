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

    /// <summary>The lowest level that reaches what noise may move; <see cref="Levels"/> where none does.</summary>
    /// <param name="noise">The relative distance of the map in two runs.</param>
    internal static int Level(double noise)
    {
        var level = 0;
        while (level < Levels && Of(level) < Unevenness * noise)
        {
            level++;
        }

        return level;
    }
}
