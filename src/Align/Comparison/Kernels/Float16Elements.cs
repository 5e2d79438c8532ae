using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PPYolo.Align.Comparison.Kernels;

internal readonly struct Float16Elements : IElements<ushort>
{
    private const float TwoTo112 = 5192296858534827628530496329220096f;

    public static bool Narrow => true;

    public static int Shift => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Widen(ref readonly ushort first)
    {
        var bits = Vector256.WidenLower(Vector128.LoadUnsafe(in first).ToVector256Unsafe());
        var magnitude = bits & Vector256.Create(0x7FFFu);
        // Read as float32, exponent and fraction are right but for the bias of the exponent: a factor of 2^112, which also makes normal
        // numbers of denormals.
        var finite = (magnitude << 13).AsSingle() * Vector256.Create(TwoTo112);
        var special = Vector256.GreaterThan(magnitude, Vector256.Create(0x7BFFu)) & Vector256.Create(0x7F800000u);
        var widened = finite.AsUInt32() | special | ((bits & Vector256.Create(0x8000u)) << 16);
        return Vector512.WidenLower(widened.AsSingle().ToVector512Unsafe());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Ordered(ref readonly ushort first) => BFloat16Elements.Ordered(in first);

    public static bool IsFinite(ushort value) => (value & 0x7C00) != 0x7C00;

    public static long Place(ushort value) => BFloat16Elements.Place(value);
}
