using System.Collections.Immutable;

namespace PPYolo.Model.Networks;

/// <summary>
/// Everything that decides what the network computes. Defaults are those of PP-YOLO with a ResNet50-vd backbone (Long et al., "PP-YOLO: An
/// Effective and Efficient Implementation of Object Detector", arXiv:2007.12099).
/// </summary>
public sealed record NetworkOptions
{
    /// <summary>Layers of the backbone: 18, 50 or 101.</summary>
    public int Depth { get; init; } = 50;

    /// <summary>The feature pyramid.</summary>
    public NeckKind Neck { get; init; } = NeckKind.Fpn;

    /// <summary>Object classes.</summary>
    public int Classes { get; init; } = 20;

    /// <summary>
    /// How far the backbone is frozen: -1 not at all; k from 0 to 3 its stem and the stages res2 to res(2+k). Frozen parameters have no
    /// gradient; the norms of a frozen stage still normalise with batch statistics and move their running ones.
    /// </summary>
    public int FreezeAt { get; init; } = -1;

    /// <summary>
    /// Whether the backbone's norms have no gradient and keep their running statistics (they still normalise with batch statistics).
    /// </summary>
    public bool FreezeNorm { get; init; }

    /// <summary>
    /// Whether the neck's 1x1 convolutions and tips see two coordinate channels (Liu et al., "CoordConv", arXiv:1807.03247).
    /// </summary>
    public bool CoordConv { get; init; } = true;

    /// <summary>Pairs of 1x1 and 3x3 convolutions in each block of the FPN: 2, or 0 for the small network.</summary>
    public int ConvBlocks { get; init; } = 2;

    /// <summary>Whether the coarsest block pools at several scales (He et al., "Spatial Pyramid Pooling", arXiv:1406.4729).</summary>
    public bool SpatialPyramidPooling { get; init; } = true;

    /// <summary>Whether DropBlock drops anything in training. Alignment runs switch it off: it then returns its input.</summary>
    public bool DropBlock { get; init; } = true;

    /// <summary>Side of the squares that DropBlock drops, in cells.</summary>
    public int DropBlockSize { get; init; } = 3;

    /// <summary>The share of cells that DropBlock keeps, in (0,1].</summary>
    public double DropBlockKeep { get; init; } = 0.9;

    /// <summary>Anchor sizes (width, height) in pixels of the network's input, small to large.</summary>
    public ImmutableArray<AnchorSize> Anchors { get; init; } =
    [new(10, 13), new(16, 30), new(33, 23), new(30, 61), new(62, 45), new(59, 119), new(116, 90), new(156, 198), new(373, 326)];

    /// <summary>For each level, coarsest first, the indices of its anchors in <see cref="Anchors"/>.</summary>
    public ImmutableArray<ImmutableArray<int>> AnchorMasks { get; init; } =
    [
        [6, 7, 8],
        [3, 4, 5],
        [0, 1, 2],
    ];

    /// <summary>For each level, coarsest first, pixels of the network's input per cell.</summary>
    public ImmutableArray<int> Strides { get; init; } = [32, 16, 8];

    /// <summary>
    /// How far a predicted centre may reach over its cell's edge: 1 not at all (Bochkovskiy et al., "YOLOv4", arXiv:2004.10934).
    /// </summary>
    public double ScaleXY { get; init; } = 1.05;

    /// <summary>
    /// Whether the head predicts the IoU of its boxes (Wu et al., "IoU-aware single-stage object detector", arXiv:1912.05992).
    /// </summary>
    public bool IouAware { get; init; } = true;

    /// <summary>The exponent of the predicted IoU in the final score, in [0,1].</summary>
    public double IouAwareFactor { get; init; } = 0.4;

    /// <summary>Predictions without an object whose IoU with some box exceeds this are left out of the objectness loss.</summary>
    public double IgnoreThreshold { get; init; } = 0.7;

    /// <summary>Weight of the IoU loss.</summary>
    public double IouLossWeight { get; init; } = 2.5;

    /// <summary>Weight of the IoU-aware loss.</summary>
    public double IouAwareLossWeight { get; init; } = 1.0;

    /// <summary>The share of the batch's statistics in the new running ones, in [0,1].</summary>
    public double NormMomentum { get; init; } = 0.1;

    /// <summary>Added to the variance before the square root.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>
    /// By how much all channels but the image's and the predictions' are divided: a power of two up to 32. With the FPN alone, and in no
    /// network that users can name: tests of what goes on around a training need not wait for 21 million parameters.
    /// </summary>
    internal int Thinner { get; init; } = 1;

    /// <summary>The number of feature levels.</summary>
    public int Levels => Strides.Length;

    /// <summary>The anchors of a level.</summary>
    public ImmutableArray<AnchorSize> AnchorsOf(int level) => [.. AnchorMasks[level].Select(index => Anchors[index])];
}
