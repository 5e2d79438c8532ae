using System.Numerics;

namespace PPYolo.Align.Comparison.Kernels;

/// <summary>
/// The cells that distances in units in the last place are first counted in: one for 0, and 128 for every power of two. Distances below 256
/// have a cell of their own; above, a cell is at most 1/128 of its distances wide.
/// </summary>
internal static class UlpCells
{
    /// <summary>Cells that distances of 64 bits need.</summary>
    public const int Wide = 1 + (64 << FractionBits);

    private const int FractionBits = 7;
    private const int FractionMask = (1 << FractionBits) - 1;

    /// <summary>The cell of a distance.</summary>
    public static int Of(ulong distance)
    {
        if (distance == 0)
        {
            return 0;
        }

        var power = BitOperations.Log2(distance);
        var fraction = power >= FractionBits ? distance >> (power - FractionBits) : distance << (FractionBits - power);
        return 1 + (power << FractionBits) + ((int)fraction & FractionMask);
    }

    /// <summary>The smallest distance of a cell.</summary>
    public static ulong Low(int cell)
    {
        if (cell == 0)
        {
            return 0;
        }

        var power = (cell - 1) >> FractionBits;
        var significand = (ulong)((cell - 1) & FractionMask) + (1UL << FractionBits);
        return power >= FractionBits ? significand << (power - FractionBits) : significand >> (FractionBits - power);
    }

    /// <summary>How many bits of a cell's distances are not told by the cell.</summary>
    public static int OpenBits(int cell) => Math.Max(0, ((cell - 1) >> FractionBits) - FractionBits);
}
