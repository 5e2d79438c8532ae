using PPYolo.Align.Generation;
using PPYolo.Align.Sketching;

namespace PPYolo.Tests.Unit.Align.Sketching;

/// <summary>What a summary is, element by element as it is defined.</summary>
internal sealed class NaiveSummary
{
    public NaiveSummary(string name, IReadOnlyList<double> values)
    {
        var stream = new PortableStream("sketch/" + name);
        for (var i = 0; i < values.Count; i++)
        {
            var z = stream.Bits(i);
            for (var j = 0; j < Sketch.Size; j++)
            {
                Sums[j] += ((z >> j) & 1) == 1 ? values[i] : -values[i];
            }

            Magnitude += Math.Abs(values[i]);
        }

        L2 = Math.Sqrt(values.Sum(value => value * value));
        Mean = values.Count == 0 ? 0 : values.Sum() / values.Count;
        AbsMax = values.Select(Math.Abs).DefaultIfEmpty(0).Max();
    }

    public double[] Sums { get; } = new double[Sketch.Size];

    public double L2 { get; }

    public double Mean { get; }

    public double AbsMax { get; }

    /// <summary>The sum of magnitudes, to which rounding errors of all the sums are relative.</summary>
    public double Magnitude { get; }
}
