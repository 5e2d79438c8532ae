using System.Globalization;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Comparison;

/// <summary>
/// What speaks against a tensor that passes the bound on its sum of squares: the bound is absolute, so that small values pass it whatever
/// was done to them, and one element of many does.
/// </summary>
internal static class Contradiction
{
    /// <summary>
    /// A difference of a tenth of the way that a tensor went is far above what rounding does, and below what a training bug does to a
    /// tensor it concerns.
    /// </summary>
    public const double LargestShare = 0.1;

    // Two trainings that differ in rounding alone end 1e-6 to 1e-4 of their weights apart.
    private const double LargestDistance = 1e-3;

    // Rounding moves all elements by about as much; one that is off by a tenth of what elements usually are was moved by something else.
    private const double LargestElement = 0.1;

    /// <summary>In words what speaks against it; null where nothing does.</summary>
    public static string? Of(TensorComparison tensor)
    {
        if (tensor is not { Outcome: TensorOutcome.Within, Metrics: { SumOfSquares: > 0 } metrics } || IsRounding(tensor))
        {
            return null;
        }

        var reasons = new List<string>();
        if (IsBeyondMovement(tensor))
        {
            reasons.Add($"differs by {Number(tensor.Movement!.Ratio)} of the way moved since the start");
        }
        else if (tensor.Movement is null && !(metrics.RelativeL2 <= LargestDistance))
        {
            reasons.Add($"relative distance {Number(metrics.RelativeL2)}, cosine {Number(metrics.Cosine)}");
        }

        var usual = Math.Sqrt(metrics.SumOfSquares / metrics.Count) / metrics.RelativeL2;
        if (metrics.Count > 1 && metrics.MaxAbs > LargestElement * usual)
        {
            reasons.Add($"an element is off by {Number(metrics.MaxAbs)} where elements are about {Number(usual)}");
        }

        return reasons.Count == 0 ? null : string.Join("; ", reasons);
    }

    /// <summary>Whether a tensor differs by too much of the way it moved, where that is known.</summary>
    public static bool IsBeyondMovement(TensorComparison tensor) =>
        tensor.Movement is { Ratio: > LargestShare or double.NaN } && !IsRounding(tensor);

    /// <summary>Whether even the worst element is within two units in its last place.</summary>
    private static bool IsRounding(TensorComparison tensor)
    {
        var digits = ElementTypes.FromName(tensor.First!.Type) switch
        {
            ElementType.Float16 => 10,
            ElementType.BFloat16 => 7,
            ElementType.Float32 => 23,
            _ => 52,
        };
        return tensor.Metrics!.Worst is not { } worst
            || tensor.Metrics.MaxAbs <= Math.ScaleB(Math.Max(Math.Abs(worst.First), Math.Abs(worst.Second)), 1 - digits);
    }

    private static string Number(double value) =>
        value.ToString("0.####e0", CultureInfo.InvariantCulture) is var text && Math.Abs(value) is 0 or (>= 0.001 and < 10000)
            ? value.ToString("0.####", CultureInfo.InvariantCulture)
            : text;
}
