using PPYolo.Align.Sketching;

namespace PPYolo.Align.Matching;

/// <summary>A tensor of a run that may be one of another run's, with all that is known of it.</summary>
/// <param name="name">Its name.</param>
/// <param name="kind">What it is; tensors of two kinds are never the same.</param>
/// <param name="shape">Its extents.</param>
internal sealed class MatchItem(string name, MatchKind kind, IReadOnlyList<long> shape)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>What it is.</summary>
    public MatchKind Kind => kind;

    /// <summary>Its extents.</summary>
    public IReadOnlyList<long> Shape => shape;

    /// <summary>The extents as one word.</summary>
    public string Extents { get; } = string.Join('x', shape);

    /// <summary>What is known, in order of execution.</summary>
    public List<(MatchEvidence Label, StripedSummary Summary)> Evidence { get; } = [];

    /// <summary>A digest of all elements, and of the transposed tensor where it has two dimensions; null where it is not whole.</summary>
    public (string Bits, string? Transposed)? Digest { get; set; }

    /// <summary>Whether it is a module without modules or parameters in it; null where that makes no difference.</summary>
    public bool IsLeaf { get; set; }

    /// <summary>The elements.</summary>
    public long Count => Shape.Aggregate(1L, (count, extent) => count * extent);

    /// <summary>The name without its last part; empty for the whole network.</summary>
    public string Owner => Name.LastIndexOf('.') is > 0 and var dot ? Name[..dot] : "";

    /// <summary>The last part of the name.</summary>
    public string Leaf => Name[(Name.LastIndexOf('.') + 1)..];
}
