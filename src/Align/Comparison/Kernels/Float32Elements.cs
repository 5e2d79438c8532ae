using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PPYolo.Align.Comparison.Kernels;

internal readonly struct Float32Elements : IElements<float>
{
    public static bool Narrow => true;

    public static int Shift => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Widen(ref readonly float first) =>
        Vector512.WidenLower(Vector256.LoadUnsafe(in first).ToVector512Unsafe());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Ordered(ref readonly float first) => Vector512.LoadUnsafe(in first).AsInt32();

    public static bool IsFinite(float value) => float.IsFinite(value);

    public static long Place(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        return bits < 0 ? -(long)(bits & int.MaxValue) : bits;
    }
}
