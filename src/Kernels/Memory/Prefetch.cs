using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PPYolo.Kernels.Memory;

/// <summary>
/// Asks for memory before it is needed, in loops that wait for it: what a core fetches by itself comes late, and ends at the borders of
/// pages. Nothing happens where no memory is, or where the machine has no such instruction.
/// </summary>
internal static unsafe class Prefetch
{
    // 4 KB: nearer is too late, farther gains nothing.
    private const int Distance = 1024;

    /// <summary>Whether a row is so long that asking for its later parts gains more than it costs.</summary>
    /// <param name="count">The row's floats.</param>
    public static bool Pays(long count) => count >= 2 * Distance;

    /// <summary>Asks for what is <see cref="Distance"/> floats after a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void After(float* place) => Line(place + Distance);

    /// <summary>Asks for the sixteen floats, a line of the cache, that a place is in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(float* place)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(place);
        }
    }
}
