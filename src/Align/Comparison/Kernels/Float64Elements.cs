using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PPYolo.Align.Comparison.Kernels;

internal readonly struct Float64Elements : IElements<double>
{
    public static bool Narrow => false;

    public static int Shift => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Widen(ref readonly double first) => Vector512.LoadUnsafe(in first);

    public static Vector512<int> Ordered(ref readonly double first) =>
        throw new NotSupportedException("distances between float64 numbers need 64 bits");

    public static bool IsFinite(double value) => double.IsFinite(value);

    public static long Place(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        return bits < 0 ? -(bits & long.MaxValue) : bits;
    }
}
