using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>
/// What PyTorch calls the storages of an element type in files. Types that came later have none: their storages are untyped.
/// </summary>
internal static class TorchNames
{
    public static IReadOnlyDictionary<ElementType, string> Storages { get; } =
        new Dictionary<ElementType, string>
        {
            [ElementType.Bool] = "BoolStorage",
            [ElementType.UInt8] = "ByteStorage",
            [ElementType.Int8] = "CharStorage",
            [ElementType.Int16] = "ShortStorage",
            [ElementType.Int32] = "IntStorage",
            [ElementType.Int64] = "LongStorage",
            [ElementType.Float16] = "HalfStorage",
            [ElementType.BFloat16] = "BFloat16Storage",
            [ElementType.Float32] = "FloatStorage",
            [ElementType.Float64] = "DoubleStorage",
        };

    /// <summary>Storages of types that are not known here, with the type and the bytes of an element.</summary>
    public static IReadOnlyList<(string Storage, string Type, int Size)> UnreadStorages { get; } =
    [
        ("ComplexHalfStorage", "complex32", 4),
        ("ComplexFloatStorage", "complex64", 8),
        ("ComplexDoubleStorage", "complex128", 16),
        ("QInt8Storage", "qint8", 1),
        ("QUInt8Storage", "quint8", 1),
        ("QInt32Storage", "qint32", 4),
        ("QUInt4x2Storage", "quint4x2", 1),
        ("QUInt2x4Storage", "quint2x4", 1),
    ];

    /// <summary>Types that are not known here.</summary>
    public static IReadOnlyList<string> UnreadTypes { get; } =
    [
        .. UnreadStorages.Select(entry => entry.Type),
        "float8_e4m3fn",
        "float8_e4m3fnuz",
        "float8_e5m2",
        "float8_e5m2fnuz",
        "float8_e8m0fnu",
        "float4_e2m1fn_x2",
        .. Enumerable.Range(1, 7).SelectMany(bits => new[] { $"int{bits}", $"uint{bits}" }),
        .. new[] { "1x8", "2x4", "4x2", "8", "16" }.Select(bits => $"bits{bits}"),
    ];
}
