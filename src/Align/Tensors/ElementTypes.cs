namespace PPYolo.Align.Tensors;

/// <summary>Facts about element types.</summary>
public static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this ElementType type) =>
        type switch
        {
            ElementType.Bool or ElementType.UInt8 or ElementType.Int8 => 1,
            ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 or ElementType.BFloat16 => 2,
            ElementType.UInt32 or ElementType.Int32 or ElementType.Float32 => 4,
            ElementType.UInt64 or ElementType.Int64 or ElementType.Float64 => 8,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an element type"),
        };

    /// <summary>
    /// Whether elements are floating-point numbers, which are compared with a tolerance; all others are compared exactly.
    /// </summary>
    public static bool IsFloatingPoint(this ElementType type) =>
        type is ElementType.Float16 or ElementType.BFloat16 or ElementType.Float32 or ElementType.Float64;

    /// <summary>The name as NumPy and PyTorch write it: float32, int64, bool.</summary>
    public static string Name(this ElementType type) => Names[(int)type];

    /// <summary>The type that <see cref="Name"/> names, or null.</summary>
    public static ElementType? FromName(string name)
    {
        var index = Array.IndexOf(Names, name);
        return index < 0 ? null : (ElementType)index;
    }

    /// <summary>The element type that a managed type stands for.</summary>
    /// <exception cref="NotSupportedException">No element type corresponds to <typeparamref name="T"/>.</exception>
    public static ElementType Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? ElementType.Float32
        : typeof(T) == typeof(double) ? ElementType.Float64
        : typeof(T) == typeof(Half) ? ElementType.Float16
        : typeof(T) == typeof(long) ? ElementType.Int64
        : typeof(T) == typeof(int) ? ElementType.Int32
        : typeof(T) == typeof(short) ? ElementType.Int16
        : typeof(T) == typeof(sbyte) ? ElementType.Int8
        : typeof(T) == typeof(byte) ? ElementType.UInt8
        : typeof(T) == typeof(ushort) ? ElementType.UInt16
        : typeof(T) == typeof(uint) ? ElementType.UInt32
        : typeof(T) == typeof(ulong) ? ElementType.UInt64
        : typeof(T) == typeof(bool) ? ElementType.Bool
        : throw new NotSupportedException($"no element type corresponds to {typeof(T).Name}");

    private static readonly string[] Names = Enum.GetNames<ElementType>().Select(name => name.ToLowerInvariant()).ToArray();
}
