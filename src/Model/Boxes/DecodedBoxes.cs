namespace PPYolo.Model.Boxes;

/// <summary>
/// What a network says about one image, before anything is selected: boxes by level (coarsest first), anchor, row and column, each with a
/// score for every class.
/// </summary>
/// <param name="classes">The number of classes.</param>
/// <param name="corners">Left, top, right and bottom of each box, in pixels of the original image.</param>
/// <param name="scores">The scores of each box, one per class, in [0, 1].</param>
public sealed class DecodedBoxes(int classes, float[] corners, float[] scores)
{
    /// <summary>The number of boxes.</summary>
    public int Count => corners.Length / 4;

    /// <summary>The number of classes.</summary>
    public int Classes => classes;

    /// <summary>Left, top, right, bottom of all boxes, one after the other.</summary>
    public ReadOnlySpan<float> Corners => corners;

    /// <summary>The scores of all boxes, one after the other, of each box class by class.</summary>
    public ReadOnlySpan<float> Scores => scores;
}
