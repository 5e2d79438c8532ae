namespace PPYolo.Tests.Unit;

/// <summary>Every pair of two lists as theory data.</summary>
internal static class Combinations
{
    public static TheoryData<T1, T2> Of<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second)
    {
        var data = new TheoryData<T1, T2>();
        foreach (var (one, other) in first.SelectMany(one => second, (one, other) => (one, other)))
        {
            data.Add(one, other);
        }

        return data;
    }
}
