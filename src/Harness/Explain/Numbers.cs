using System.Globalization;

namespace PPYolo.Harness.Explain;

/// <summary>Numbers as evidence shows and judges them.</summary>
internal static class Numbers
{
    /// <summary>Four digits.</summary>
    public static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>Several numbers.</summary>
    public static string Text(IEnumerable<double> values) => string.Join(", ", values.Select(Text));

    /// <summary>Whether two numbers agree within a share of the larger.</summary>
    public static bool Near(double a, double b, double share = 0.01) => Math.Abs(a - b) <= share * Math.Max(Math.Abs(a), Math.Abs(b));
}
