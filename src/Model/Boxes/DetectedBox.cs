namespace PPYolo.Model.Boxes;

/// <summary>An object found in an image.</summary>
/// <param name="Label">Its class, from 0.</param>
/// <param name="Score">How sure the network is, in [0, 1].</param>
/// <param name="Left">Left edge in pixels of the original image, as the others.</param>
/// <param name="Top">Upper edge.</param>
/// <param name="Right">Right edge.</param>
/// <param name="Bottom">Lower edge.</param>
public readonly record struct DetectedBox(int Label, float Score, float Left, float Top, float Right, float Bottom)
{
    /// <summary>Whether score and all edges are numbers and finite.</summary>
    internal bool IsFinite =>
        float.IsFinite(Score) && float.IsFinite(Left) && float.IsFinite(Top) && float.IsFinite(Right) && float.IsFinite(Bottom);

    /// <summary>
    /// Intersection over union. Nothing is added to the union: two boxes without area give NaN, as the reference's do.
    /// </summary>
    internal float Iou(in DetectedBox other)
    {
        var width = Math.Max(0, Math.Min(Right, other.Right) - Math.Max(Left, other.Left));
        var height = Math.Max(0, Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top));
        var intersection = width * height;
        return intersection / (Area + other.Area - intersection);
    }

    private float Area => (Right - Left) * (Bottom - Top);
}
