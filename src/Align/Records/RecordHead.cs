using System.Text.Json.Serialization;

namespace PPYolo.Align.Records;

/// <summary>What case.json of a <see cref="RecordFolder"/> says of every run, whatever was trained.</summary>
public record RecordHead : CaseHead
{
    /// <summary>How many ranks trained.</summary>
    [JsonPropertyOrder(60)]
    public required int Ranks { get; init; }

    /// <summary>The start weights' file name, in this folder.</summary>
    [JsonPropertyOrder(60)]
    public required string StartWeights { get; init; }

    /// <summary>SHA-256 of the start weights: names, types, shapes and bits, whatever the file format.</summary>
    [JsonPropertyOrder(60)]
    public required string StartWeightsSha256 { get; init; }
}
