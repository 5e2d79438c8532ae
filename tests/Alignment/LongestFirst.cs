using Xunit.Abstractions;

[assembly: TestCollectionOrderer("PPYolo.Tests.Alignment.LongestFirst", "PPYolo.Tests.Alignment")]

namespace PPYolo.Tests.Alignment;

/// <summary>Starts the classes that take longest first, so that none of them runs alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        nameof(RanksTheories),
        nameof(ReferenceTheories),
        nameof(SelfTheories),
        nameof(BrokenTrainingTheories),
        nameof(BrokenRanksTheories),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(Place);

    private static int Place(ITestCollection collection)
    {
        // A class's own collection is named after it.
        var place = Array.FindIndex(Long, name => collection.DisplayName.EndsWith("." + name, StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}
