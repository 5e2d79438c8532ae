using System.Collections.Immutable;
using System.IO.Hashing;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Golden;

/// <summary>What a golden keeps of one tensor.</summary>
public sealed record GoldenTensor
{
    /// <summary>Which of the run's tensors.</summary>
    public required GoldenPart Part { get; init; }

    /// <summary>The state_dict key.</summary>
    public required string Name { get; init; }

    /// <summary>How it is compared.</summary>
    public required GoldenRole Role { get; init; }

    /// <summary>The element type.</summary>
    public required ElementType Type { get; init; }

    /// <summary>The extents.</summary>
    public required ImmutableArray<long> Shape { get; init; }

    /// <summary>The Euclidean norm.</summary>
    public required double L2 { get; init; }

    /// <summary>The mean.</summary>
    public required double Mean { get; init; }

    /// <summary>The largest magnitude; NaN where an element is NaN.</summary>
    public required double AbsMax { get; init; }

    /// <summary>The Euclidean distance from the start; gradients and momentum start at zero.</summary>
    public required double Moved { get; init; }

    /// <summary>
    /// How far twins of the run, which differ in rounding alone, were from it (Euclidean); 0 where it is compared bit for bit, null before
    /// it was measured.
    /// </summary>
    public double? Floor { get; init; }

    /// <summary>XxHash3 of the elements, 16 hexadecimal digits.</summary>
    public required string Digest { get; init; }

    /// <summary>
    /// A sketch of the movement, not of the tensor: the small distance of two runs keeps its digits beside a movement, and would lose them
    /// beside the large part of a weight that never changes. Null for integers.
    /// </summary>
    public required Sketch? Movement { get; init; }

    /// <summary>Whether every element is finite.</summary>
    public bool IsFinite => double.IsFinite(AbsMax);

    /// <summary>Type and shape, for messages.</summary>
    public string Form => $"{Type.Name()} {(Shape.Length == 0 ? "scalar" : string.Join('x', Shape))}";

    /// <summary>Describes a tensor.</summary>
    /// <param name="part">Which of the run's tensors.</param>
    /// <param name="name">The state_dict key.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="start">Where it started, of the same type and shape; null is zero.</param>
    /// <param name="isTrained">Whether the optimizer changes it, or what it is the moving average of.</param>
    /// <param name="isParameter">Whether it is a parameter, or the moving average of one; else a buffer.</param>
    /// <param name="approved">
    /// The same tensor of a golden whose run had the same start, or null. Where both have the same elements, its summary is taken instead
    /// of being computed. So whoever changes what a summary holds raises the version of <see cref="GoldenText"/> and records all goldens
    /// anew.
    /// </param>
    internal static GoldenTensor Of(
        GoldenPart part,
        string name,
        TensorData tensor,
        TensorData? start,
        bool isTrained,
        bool isParameter = true,
        GoldenTensor? approved = null
    )
    {
        if (start is not null && (start.Type != tensor.Type || !start.Shape.AsSpan().SequenceEqual(tensor.Shape.AsSpan())))
        {
            throw new AlignException($"tensor '{name}': started as {start}, ended as {tensor}");
        }

        var role =
            !tensor.Type.IsFloatingPoint() ? GoldenRole.Exact
            : isTrained ? GoldenRole.Trained
            : isParameter ? GoldenRole.Frozen
            : GoldenRole.Buffer;
        var digest = XxHash3.HashToUInt64(tensor.Bytes.Span).ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
        if (
            approved is not null
            && approved.Digest == digest
            && approved.Type == tensor.Type
            && approved.Shape.AsSpan().SequenceEqual(tensor.Shape.AsSpan())
            && approved.Movement is null == !tensor.Type.IsFloatingPoint()
        )
        {
            return approved with { Role = role, Floor = null };
        }

        var sums = SummaryKernel.Run(name, tensor, start);
        var l2 = Math.Sqrt(sums.Squares);
        return new()
        {
            Part = part,
            Name = name,
            Role = role,
            Type = tensor.Type,
            Shape = tensor.Shape,
            L2 = l2,
            Mean = sums.Total / Math.Max(1, tensor.Count),
            AbsMax = sums.AbsMax,
            Moved = start is null ? l2 : Math.Sqrt(sums.Moved),
            Digest = digest,
            Movement = tensor.Type.IsFloatingPoint() ? new Sketch(sums.Signed) : null,
        };
    }
}
