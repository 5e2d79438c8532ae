using PPYolo.Align.Sketching;

namespace PPYolo.Harness.Explain;

/// <summary>
/// Least squares between sketches. Sketches are linear in their tensors, so that coefficients between tensors are those between their
/// sketches; 64 sums of each of many tensors leave little to chance.
/// </summary>
/// <param name="terms">The number of coefficients.</param>
internal sealed class LinearFit(int terms)
{
    private const double Rounding = 1e-14;

    private readonly double[,] gram = new double[terms, terms];
    private readonly double[] products = new double[terms];
    private double squares;
    private long rows;

    /// <summary>Adds the 64 equations target = sum of coefficient times basis.</summary>
    /// <param name="target">The sums of the target.</param>
    /// <param name="basis">The sums of each term.</param>
    /// <param name="weight">What the equations are multiplied by, such as 1 over the size of the target's rounding errors.</param>
    public void Add(ReadOnlySpan<double> target, ReadOnlySpan<double[]> basis, double weight)
    {
        for (var row = 0; row < StripedSummary.Stripes; row++)
        {
            for (var i = 0; i < terms; i++)
            {
                for (var j = 0; j <= i; j++)
                {
                    gram[i, j] += weight * weight * basis[i][row] * basis[j][row];
                }

                products[i] += weight * weight * basis[i][row] * target[row];
            }

            squares += weight * weight * target[row] * target[row];
        }

        rows += StripedSummary.Stripes;
    }

    /// <summary>Solves; null where there are no equations or a term is all zeros or follows from others.</summary>
    public FitResult? Solve()
    {
        if (rows == 0 || Inverse() is not { } inverse)
        {
            return null;
        }

        var coefficients = new double[terms];
        for (var i = 0; i < terms; i++)
        {
            for (var j = 0; j < terms; j++)
            {
                coefficients[i] += inverse[i, j] * products[j];
            }
        }

        var left = squares;
        for (var i = 0; i < terms; i++)
        {
            left -= coefficients[i] * products[i];
        }

        // No fit of float32 tensors is better than their rounding, and differences of large sums are no better than theirs.
        left = Math.Max(left, Rounding * squares);
        var variance = left / Math.Max(1, rows - terms);
        return new(
            coefficients,
            [.. Enumerable.Range(0, terms).Select(i => Math.Sqrt(variance * inverse[i, i]))],
            squares == 0 ? 0 : Math.Sqrt(left / squares)
        );
    }

    /// <summary>Gauss-Jordan on columns scaled to unit length.</summary>
    private double[,]? Inverse()
    {
        var scale = new double[terms];
        var a = new double[terms, 2 * terms];
        for (var i = 0; i < terms; i++)
        {
            if (!(gram[i, i] > 0) || !double.IsFinite(gram[i, i]))
            {
                return null;
            }

            scale[i] = 1 / Math.Sqrt(gram[i, i]);
        }

        for (var i = 0; i < terms; i++)
        {
            for (var j = 0; j < terms; j++)
            {
                a[i, j] = (j <= i ? gram[i, j] : gram[j, i]) * scale[i] * scale[j];
            }

            a[i, terms + i] = 1;
        }

        for (var i = 0; i < terms; i++)
        {
            var pivot = a[i, i];
            if (Math.Abs(pivot) < 1e-11)
            {
                return null;
            }

            for (var j = 0; j < 2 * terms; j++)
            {
                a[i, j] /= pivot;
            }

            for (var k = 0; k < terms; k++)
            {
                var factor = a[k, i];
                for (var j = 0; k != i && j < 2 * terms; j++)
                {
                    a[k, j] -= factor * a[i, j];
                }
            }
        }

        var inverse = new double[terms, terms];
        for (var i = 0; i < terms; i++)
        {
            for (var j = 0; j < terms; j++)
            {
                inverse[i, j] = a[i, terms + j] * scale[i] * scale[j];
            }
        }

        return inverse;
    }
}

/// <summary>A fit.</summary>
/// <param name="Coefficients">Of each term.</param>
/// <param name="Errors">The standard error of each.</param>
/// <param name="Residual">What is left of the target, relative to it.</param>
internal sealed record FitResult(double[] Coefficients, double[] Errors, double Residual);
