using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PPYolo.Align.Sketching;

/// <summary>What <see cref="StripedKernel"/> has added up of a part of a tensor.</summary>
internal sealed class StripedSums
{
    /// <summary>The bits of a magnitude from which on it is infinite or no number.</summary>
    public const int NonFiniteBits = 0x7F800000;

    public readonly double[] Striped = new double[StripedSummary.Stripes];
    public double Total;
    public double Squares;
    public int LargestBits;
    public long NonFinite;

    public void Add(ReadOnlySpan<Vector512<double>> striped, double total, double squares)
    {
        var added = MemoryMarshal.Cast<Vector512<double>, double>(striped);
        for (var i = 0; i < Striped.Length; i++)
        {
            Striped[i] += added[i];
        }

        Total += total;
        Squares += squares;
    }

    public void Add(StripedSums other)
    {
        for (var i = 0; i < Striped.Length; i++)
        {
            Striped[i] += other.Striped[i];
        }

        Total += other.Total;
        Squares += other.Squares;
        LargestBits = Math.Max(LargestBits, other.LargestBits);
        NonFinite += other.NonFinite;
    }

    public StripedSummary Finish(int count) =>
        new(
            Math.Sqrt(Squares),
            Total / Math.Max(1, count),
            LargestBits >= NonFiniteBits ? double.NaN : BitConverter.Int32BitsToSingle(LargestBits),
            NonFinite,
            Striped
        );
}
