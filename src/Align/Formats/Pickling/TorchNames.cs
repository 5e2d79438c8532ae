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
}
