using System.Text.Json.Serialization;
using PPYolo.Align.Records;
using PPYolo.Train.Options;
using PPYolo.Train.Records;

namespace PPYolo.Harness.Reference;

/// <summary>
/// A case file (case.json): everything that is needed to repeat a run of the reference. Only runs in which DropBlock returned its input can
/// be repeated.
/// </summary>
public sealed record ReferenceCase : CaseHead
{
    /// <summary>plain or calm, how the start weights are generated.</summary>
    [JsonPropertyOrder(25)]
    public required string InitProfile { get; init; }

    /// <summary>Network and recipe, in iterations.</summary>
    [CaseSettings]
    public required TrainOptions Options { get; init; } = new() { IterationsPerEpoch = 1 };

    /// <summary>How far the reference is comparable with itself.</summary>
    public required ComparableExtent Comparable { get; init; }

    /// <summary>How far variants of the reference were from it; absent where none was run.</summary>
    public IReadOnlyDictionary<string, NoiseVariant>? Noise { get; init; }
}
