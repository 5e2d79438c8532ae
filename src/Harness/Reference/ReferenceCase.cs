using PPYolo.Train.Records;

namespace PPYolo.Harness.Reference;

/// <summary>
/// A case file (case.json): everything that is needed to repeat a run of the reference. Only runs in which DropBlock returned its input can
/// be repeated.
/// </summary>
public sealed record ReferenceCase : RunCase
{
    /// <summary>How far the reference is comparable with itself.</summary>
    public required ComparableExtent Comparable { get; init; }

    /// <summary>How far variants of the reference were from it; absent where none was run.</summary>
    public IReadOnlyDictionary<string, NoiseVariant>? Noise { get; init; }
}
