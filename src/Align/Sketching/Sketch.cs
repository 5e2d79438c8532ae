using System.Collections.Immutable;

namespace PPYolo.Align.Sketching;

/// <summary>
/// 64 sums of a tensor's elements under random signs (Alon, Matias and Szegedy's AMS sketch). The mean squared difference of two sketches
/// estimates the squared distance of their tensors without bias and with a relative standard deviation of sqrt(2/64) = 18 %, so that
/// tensors can be compared that were never in one place. Sign j of element i is bit j of the <see cref="Generation.PortableStream"/> named
/// "sketch/" and the tensor's name.
/// </summary>
public sealed class Sketch
{
    /// <summary>The number of sums.</summary>
    public const int Size = 64;

    /// <summary>The relative standard deviation of a squared distance estimated from two sketches.</summary>
    public static readonly double RelativeDeviation = Math.Sqrt(2.0 / Size);

    /// <summary>Wraps the 64 sums.</summary>
    /// <exception cref="AlignException">There are not 64.</exception>
    public Sketch(ReadOnlySpan<double> sums)
    {
        if (sums.Length != Size)
        {
            throw new AlignException($"a sketch has {Size} sums, found {sums.Length}");
        }

        Sums = [.. sums];
    }

    /// <summary>The 64 sums.</summary>
    public ImmutableArray<double> Sums { get; }

    /// <summary>Estimates the squared Euclidean distance of the two sketched tensors; NaN where either holds a NaN.</summary>
    public double SquaredDistance(Sketch other)
    {
        double sum = 0;
        for (var j = 0; j < Size; j++)
        {
            var difference = Sums[j] - other.Sums[j];
            sum += difference * difference;
        }

        return sum / Size;
    }

    /// <summary>Estimates the squared Euclidean norm of the sketched tensor.</summary>
    public double SquaredNorm() => Sums.Sum(s => s * s) / Size;
}
