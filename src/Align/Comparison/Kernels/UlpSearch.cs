namespace PPYolo.Align.Comparison.Kernels;

/// <summary>
/// Finds the distance of a given rank among many by counting them in ever smaller cells: a pass over all for a range of a hundredth, and where that holds more than one distance another
/// pass for each twelve bits.
/// </summary>
internal sealed class UlpSearch
{
    private const int RefinedBits = 12;

    private long rank;
    private int openBits = 64;

    /// <summary>Whether distances are still to be counted in the cells of <see cref="UlpCells"/>.</summary>
    public bool First { get; private set; } = true;

    /// <summary>Whether the distance is found, or there is none.</summary>
    public bool Done { get; private set; }

    /// <summary>The distance; null where there was none to count.</summary>
    public ulong? Found { get; private set; }

    /// <summary>The smallest distance of the range that is still searched.</summary>
    public ulong Low { get; private set; }

    /// <summary>The number of distances in that range, less one.</summary>
    public ulong Extent => (1UL << openBits) - 1;

    /// <summary>By how many bits a distance above <see cref="Low"/> is shifted to the right to get its cell.</summary>
    public int CellShift => Math.Max(0, openBits - RefinedBits);

    /// <summary>How many cells the next pass counts in.</summary>
    public int Cells(bool narrow) => First ? narrow ? UlpCells.Narrow : UlpCells.Wide : 1 << Math.Min(openBits, RefinedBits);

    /// <summary>Takes the counts of a pass.</summary>
    public void Narrow(ReadOnlySpan<long> counts)
    {
        if (First)
        {
            long total = 0;
            foreach (var count in counts)
            {
                total += count;
            }

            // Nearest rank: the smallest distance that at least 99 of 100 do not exceed.
            rank = ((total * 99) + 99) / 100;
            if (total == 0)
            {
                Done = true;
                return;
            }
        }

        var cell = 0;
        for (; counts[cell] < rank; cell++)
        {
            rank -= counts[cell];
        }

        (Low, openBits) = First ? (UlpCells.Low(cell), UlpCells.OpenBits(cell)) : (Low + ((ulong)cell << CellShift), CellShift);
        First = false;
        if (openBits == 0)
        {
            Found = Low;
            Done = true;
        }
    }
}
