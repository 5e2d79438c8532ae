using System.Runtime.Intrinsics;

namespace PPYolo.Align.Comparison.Kernels;

/// <summary>What the kernels need to know of a floating-point type.</summary>
/// <typeparam name="T">An element's bits: float, double, or ushort for the types of 16 bits.</typeparam>
internal interface IElements<T>
    where T : unmanaged
{
    /// <summary>Whether distances in units in the last place fit into 32 bits.</summary>
    static abstract bool Narrow { get; }

    /// <summary>By how many bits <see cref="Ordered"/> moves an element's bits to the left.</summary>
    static abstract int Shift { get; }

    /// <summary>Eight elements as float64, exactly.</summary>
    static abstract Vector512<double> Widen(ref readonly T first);

    /// <summary>The bits of sixteen elements of a narrow type, the sign in the highest bit.</summary>
    static abstract Vector512<int> Ordered(ref readonly T first);

    /// <summary>Whether an element is neither NaN nor infinite.</summary>
    static abstract bool IsFinite(T value);

    /// <summary>
    /// An element's place on the line of all representable numbers: 0 and -0 are at 0, the smallest denormals at 1 and -1.
    /// </summary>
    static abstract long Place(T value);
}
