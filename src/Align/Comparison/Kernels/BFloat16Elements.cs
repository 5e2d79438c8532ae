using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PPYolo.Align.Comparison.Kernels;

internal readonly struct BFloat16Elements : IElements<ushort>
{
    public static bool Narrow => true;

    public static int Shift => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Widen(ref readonly ushort first)
    {
        var bits = Vector256.WidenLower(Vector128.LoadUnsafe(in first).ToVector256Unsafe()) << 16;
        return Vector512.WidenLower(bits.AsSingle().ToVector512Unsafe());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Ordered(ref readonly ushort first) =>
        (Vector512.WidenLower(Vector256.LoadUnsafe(in first).ToVector512Unsafe()) << 16).AsInt32();

    public static bool IsFinite(ushort value) => (value & 0x7F80) != 0x7F80;

    public static long Place(ushort value) => (value & 0x8000) != 0 ? -(value & 0x7FFF) : value;
}
