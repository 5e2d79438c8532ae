using System.Globalization;
using static TorchSharp.torch;

namespace PPYolo.Train.Ranks;

/// <summary>One call of one rank, as far as it must agree with the others'.</summary>
internal readonly record struct RankCall(CallKind Kind, string What, ScalarType Type = ScalarType.Byte, long Count = 0)
{
    /// <summary>Whether the call moves a tensor, so that type and size must agree.</summary>
    public bool MovesTensor => Kind is CallKind.Sum or CallKind.Broadcast;

    /// <summary>Bytes of the tensor.</summary>
    public long Bytes => Count * ElementSize(Type);

    /// <summary>The call of a tensor, after checking that it can be moved.</summary>
    public static RankCall Of(CallKind kind, string what, Tensor tensor)
    {
        var call = new RankCall(kind, what, tensor.dtype, tensor.numel());
        if (kind == CallKind.Sum && call.Type is not (ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException($"{call}: only float32 and float64 are summed", nameof(tensor));
        }

        return tensor.is_contiguous() ? call : throw new ArgumentException($"{call}: the tensor must be contiguous", nameof(tensor));
    }

    /// <inheritdoc />
    public override string ToString()
    {
        var size = MovesTensor ? string.Create(CultureInfo.InvariantCulture, $" ({Type}, {Count} values)") : "";
        return Kind == CallKind.Leave ? "the end of its work" : $"{Kind.ToString().ToLowerInvariant()} '{What}'{size}";
    }

    private static int ElementSize(ScalarType type) =>
        type switch
        {
            ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
            ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
            ScalarType.Int32 or ScalarType.Float32 => 4,
            ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
            ScalarType.ComplexFloat64 => 16,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type that ranks exchange"),
        };
}
