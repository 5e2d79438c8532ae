namespace PPYolo.Align.Comparison;

/// <summary>
/// The differences between two tensors of the same type and shape, all accumulated in float64 and not rounded. They follow IEEE arithmetic:
/// where an element is NaN, so are the sums.
/// </summary>
public sealed record TensorMetrics
{
    /// <summary>The number of elements.</summary>
    public required long Count { get; init; }

    /// <summary>
    /// The seed's measure: the sum of (first - second)^2 over all elements. The reference's tool sums in float32, so that its last digits
    /// depend on the order of summation; this is the sum that it approximates. It is 0 only where no element differs in value.
    /// </summary>
    public required double SumOfSquares { get; init; }

    /// <summary>
    /// The Euclidean norm of the difference divided by that of the first tensor: 0 where they do not differ, infinite where the first is
    /// all zeros and the second is not.
    /// </summary>
    public required double RelativeL2 { get; init; }

    /// <summary>The largest difference of an element.</summary>
    public required double MaxAbs { get; init; }

    /// <summary>Where that is; null where no element differs in value.</summary>
    public WorstElement? Worst { get; init; }

    /// <summary>The cosine of the angle between the two: 1 where they do not differ, 0 where only one is all zeros.</summary>
    public required double Cosine { get; init; }

    /// <summary>
    /// The 99th percentile (nearest rank) of the elements' distances in units in the last place, exact: the number of representable numbers
    /// of the element type from one to the other. 0 and -0 are the same number; the way from a negative to a positive number leads through
    /// 0 and all denormals between. Pairs with a NaN or an infinity are left out; null for integers, and where no pair is left.
    /// </summary>
    public ulong? UlpP99 { get; init; }

    /// <summary>How many elements of the first tensor are NaN or infinite.</summary>
    public required long NonFiniteFirst { get; init; }

    /// <summary>How many elements of the second tensor are NaN or infinite.</summary>
    public required long NonFiniteSecond { get; init; }

    /// <summary>Whether every bit is the same: 0 and -0 are not, and a NaN can be.</summary>
    public required bool BitwiseEqual { get; init; }
}
