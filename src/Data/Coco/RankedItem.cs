namespace PPYolo.Data.Coco;

/// <summary>
/// An annotation or detection in the order in which matching looks at it: by image, the surest first, then as given. No two compare equal,
/// so that every sort orders them as a stable one would.
/// </summary>
internal readonly record struct RankedItem(int Image, double Score, int Index) : IComparable<RankedItem>
{
    public int CompareTo(RankedItem other)
    {
        if (Image != other.Image)
        {
            return Image < other.Image ? -1 : 1;
        }

        if (Score != other.Score)
        {
            return Score > other.Score ? -1 : 1;
        }

        return Index.CompareTo(other.Index);
    }
}
