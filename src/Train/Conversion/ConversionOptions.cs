using PPYolo.Align.Tensors;

namespace PPYolo.Train.Conversion;

/// <summary>What a conversion can be told.</summary>
public sealed record ConversionOptions
{
    /// <summary>The network that the tensors must be those of, or null: then it is looked for where it is needed.</summary>
    public string? Network { get; init; }

    /// <summary>The number of classes that the head shall have, or null to keep it.</summary>
    public int? Classes { get; init; }

    /// <summary>The entry of the file whose tensors are wanted; null for the one that convention tells.</summary>
    public string? Key { get; init; }

    /// <summary>What is taken off the names that begin with it.</summary>
    public string? StripPrefix { get; init; }

    /// <summary>The names, with * and ?, of matrices to transpose: Paddle's linear layers store [in, out], PyTorch's [out, in].</summary>
    public IReadOnlyList<string> Transpose { get; init; } = [];

    /// <summary>The type that floating-point tensors shall have, or null to keep it; integers stay.</summary>
    public ElementType? Type { get; init; }
}
