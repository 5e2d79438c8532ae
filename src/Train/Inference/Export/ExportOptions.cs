using System.Collections.Immutable;

namespace PPYolo.Train.Inference.Export;

/// <summary>What an exported model is like, besides its network.</summary>
public sealed record ExportOptions
{
    /// <summary>The side of its images in pixels, a multiple of 32; null for any.</summary>
    public int? Size { get; init; }

    /// <summary>How deformable convolutions are written, where the network has any.</summary>
    public DeformableForm Deformable { get; init; }

    /// <summary>What its classes are called.</summary>
    public required ImmutableArray<string> ClassNames { get; init; }

    /// <summary>What its graph is called, such as the configuration's name.</summary>
    public string Name { get; init; } = "ppyolo";
}
