namespace PPYolo.Data.Datasets;

/// <summary>An object of an image, by the corners of its box in pixels, the last pixel included.</summary>
/// <param name="Left">Left edge.</param>
/// <param name="Top">Upper edge.</param>
/// <param name="Right">The last column.</param>
/// <param name="Bottom">The last row.</param>
/// <param name="Class">From 0, in the order of the categories.</param>
public readonly record struct AnnotatedBox(float Left, float Top, float Right, float Bottom, int Class);
