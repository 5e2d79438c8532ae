using PPYolo.Data.Datasets;

namespace PPYolo.Data.Transforms;

/// <summary>An object of a sample: the corners of its box in pixels, or relative to the image once normalized.</summary>
/// <param name="Left">Left edge.</param>
/// <param name="Top">Upper edge.</param>
/// <param name="Right">Right edge.</param>
/// <param name="Bottom">Lower edge.</param>
/// <param name="Class">From 0.</param>
/// <param name="Score">The share of the image it is from.</param>
internal readonly record struct SampleBox(float Left, float Top, float Right, float Bottom, int Class, float Score)
{
    public static SampleBox Of(AnnotatedBox box) => new(box.Left, box.Top, box.Right, box.Bottom, box.Class, 1);
}
