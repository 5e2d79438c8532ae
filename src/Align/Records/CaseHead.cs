using System.Text.Json.Serialization;

namespace PPYolo.Align.Records;

/// <summary>
/// What case files (case.json) have in common, whoever trained. The numbers of the orders leave room for what a trainer adds.
/// </summary>
public abstract record CaseHead
{
    /// <summary>The file's name.</summary>
    public const string FileName = "case.json";

    /// <summary>What the file is.</summary>
    public required string Format { get; init; }

    /// <summary>The version of the layout.</summary>
    public required int Version { get; init; }

    /// <summary>The seed of all that is random in the run, a decimal number as text.</summary>
    [JsonPropertyOrder(20)]
    public required string Seed { get; init; }

    /// <summary>The length of the run.</summary>
    [JsonPropertyOrder(40)]
    public required int Iterations { get; init; }

    /// <summary>What a reader of the file should be told. It is not in the file.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes { get; init; } = [];
}
