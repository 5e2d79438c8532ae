using System.Numerics.Tensors;

namespace PPYolo.Align.Comparison.Kernels;

/// <summary>
/// Finds the distance of a given rank by counting all in cells: first in those of <see cref="UlpCells"/>, then those of the cell that holds
/// it in smaller ones, twelve bits at a time. It takes a number of passes that does not depend on the distances, and the memory of a table.
/// </summary>
internal sealed class UlpRank(long rank)
{
    private const int RefinedBits = 12;

    private long remaining = rank;
    private int openBits = 64;

    /// <summary>Whether <see cref="Low"/> is the distance.</summary>
    public bool Found => openBits == 0;

    /// <summary>Whether the next pass counts in the cells of <see cref="UlpCells"/>.</summary>
    public bool First { get; private set; } = true;

    /// <summary>The smallest distance that it can be.</summary>
    public ulong Low { get; private set; }

    /// <summary>The largest, less the smallest.</summary>
    public ulong Extent => (1UL << openBits) - 1;

    /// <summary>After the first pass: by how many bits a distance less <see cref="Low"/> is shifted to the right to get its cell.</summary>
    public int CellShift => Math.Max(0, openBits - RefinedBits);

    /// <summary>After the first pass: how many cells the next one counts in.</summary>
    public int Cells => 1 << Math.Min(openBits, RefinedBits);

    /// <summary>Takes a pass's counts.</summary>
    public void Narrow(ReadOnlySpan<long> counts)
    {
        var cell = 0;
        for (; counts[cell] < remaining; cell++)
        {
            remaining -= counts[cell];
        }

        (Low, openBits) = First ? (UlpCells.Low(cell), UlpCells.OpenBits(cell)) : (Low + ((ulong)cell << CellShift), CellShift);
        First = false;
    }

    /// <summary>The distance of a rank, the smallest being of rank 1.</summary>
    /// <param name="distances">All distances.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="table">Memory for <see cref="UlpCells.Wide"/> counts.</param>
    public static ulong Select(ReadOnlySpan<ulong> distances, long rank, Span<long> table)
    {
        var search = new UlpRank(rank);
        // Most distances are small, and most tensors: clearing cells that none is in would take longer than all else.
        var first = UlpCells.Of(TensorPrimitives.Max(distances)) + 1;
        while (!search.Found)
        {
            var cells = table[..(search.First ? first : search.Cells)];
            cells.Clear();
            if (search.First)
            {
                foreach (var distance in distances)
                {
                    cells[UlpCells.Of(distance)]++;
                }
            }
            else
            {
                var (low, extent, shift) = (search.Low, search.Extent, search.CellShift);
                foreach (var distance in distances)
                {
                    if (distance - low <= extent)
                    {
                        cells[(int)((distance - low) >> shift)]++;
                    }
                }
            }

            search.Narrow(cells);
        }

        return search.Low;
    }
}
