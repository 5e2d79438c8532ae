using System.Globalization;

namespace PPYolo.Data.Showing;

/// <summary>A colour for each class, far from those of its neighbours, that can be read on light and on dark pixels.</summary>
internal static class ClassColours
{
    // Hues that follow each other at the golden ratio never come near one another again.
    private const double GoldenRatio = 0.618033988749895;

    /// <summary>The colour of a class as CSS writes it.</summary>
    public static string Of(int index) => string.Create(CultureInfo.InvariantCulture, $"hsl({index * GoldenRatio % 1 * 360:0} 95% 65%)");
}
