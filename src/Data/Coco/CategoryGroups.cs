namespace PPYolo.Data.Coco;

/// <summary>Annotations or detections by category, each category's in ranked order.</summary>
internal sealed class CategoryGroups(int categories, int capacity)
{
    private readonly List<RankedItem> items = new(capacity);
    private readonly List<int> categoryOf = new(capacity);
    private readonly int[] starts = new int[categories + 1];
    private RankedItem[] sorted = [];

    /// <summary>The number of items.</summary>
    public int Count => items.Count;

    /// <summary>Adds an item.</summary>
    public void Add(int category, RankedItem item)
    {
        items.Add(item);
        categoryOf.Add(category);
        starts[category + 1]++;
    }

    /// <summary>Brings the items in order; call it once, after the last was added.</summary>
    public void Sort()
    {
        for (var category = 0; category < categories; category++)
        {
            starts[category + 1] += starts[category];
        }

        sorted = new RankedItem[items.Count];
        var next = starts.AsSpan().ToArray();
        for (var i = 0; i < items.Count; i++)
        {
            sorted[next[categoryOf[i]]++] = items[i];
        }

        for (var category = 0; category < categories; category++)
        {
            sorted.AsSpan(starts[category]..starts[category + 1]).Sort();
        }
    }

    /// <summary>The items of a category, ascending by image.</summary>
    public ReadOnlySpan<RankedItem> Of(int category) => sorted.AsSpan(starts[category]..starts[category + 1]);
}
