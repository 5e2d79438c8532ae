namespace PPYolo.Data.Coco;

/// <summary>A range of object sizes.</summary>
/// <param name="Name">What the range is called: all, small, medium, large.</param>
/// <param name="From">Smallest area in square pixels, included.</param>
/// <param name="To">Largest area in square pixels, included as well: an object of exactly 32 x 32 is both small and medium.</param>
public sealed record CocoAreaRange(string Name, double From, double To)
{
    /// <summary>Whether an area is in the range.</summary>
    public bool Contains(double area) => !(area < From || area > To);
}
