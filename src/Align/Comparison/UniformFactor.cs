using PPYolo.Align.Tensors;

namespace PPYolo.Align.Comparison;

/// <summary>Finds the number by which one set of tensors is a multiple of another.</summary>
internal static class UniformFactor
{
    /// <summary>How far, relatively, tensors may be from the multiple: float32 rounds to 6e-8.</summary>
    private const double Exact = 1e-5;

    // What is zero on both sides is every multiple of itself, and equal.
    private const double Most = 0.9;

    /// <summary>The factor from the first set to the second, or null.</summary>
    public static double? Of(IReadOnlyList<TensorComparison> tensors)
    {
        var floating = tensors
            .Where(tensor => tensor.Metrics is not null && ElementTypes.FromName(tensor.First!.Type)?.IsFloatingPoint() == true)
            .ToList();
        var scaled = floating
            .Select(tensor => tensor.Metrics!)
            .Where(metrics => metrics is { SumOfSquares: > 0, Worst.First: not 0 } && double.IsFinite(metrics.RelativeL2))
            .ToList();
        if (scaled.Count < 2 || scaled.Count < Most * floating.Count)
        {
            return null;
        }

        var largest = scaled.MaxBy(metrics => Math.Abs(metrics.Worst!.First))!.Worst!;
        var factor = largest.Second / largest.First;
        var away = Math.Abs(factor - 1);
        return
            away > Exact
            && scaled.TrueForAll(metrics =>
                Math.Abs(metrics.Worst!.Second - (factor * metrics.Worst.First)) <= Exact * Math.Abs(metrics.Worst.First)
                && Math.Abs(metrics.RelativeL2 - away) <= Exact
            )
            ? factor
            : null;
    }
}
