using System.Text.Json.Serialization;

namespace PPYolo.Align.Records;

/// <summary>
/// What case.json of a <see cref="RecordFolder"/> says of every run, whatever was trained. Version 2 declares what was recorded; version 1
/// does not.
/// </summary>
public record RecordHead : CaseHead
{
    /// <summary>The value of <see cref="CaseHead.Format"/>.</summary>
    public const string FormatName = "ppyolo-record";

    /// <summary>The version that is written.</summary>
    public const int CurrentVersion = 2;

    /// <summary>How many ranks trained.</summary>
    [JsonPropertyOrder(60)]
    public required int Ranks { get; init; }

    /// <summary>The start weights' file name, in this folder; null where they were not recorded.</summary>
    [JsonPropertyOrder(60)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StartWeights { get; init; }

    /// <summary>SHA-256 of the start weights: names, types, shapes and bits, whatever the format; null where it is not known.</summary>
    [JsonPropertyOrder(60)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StartWeightsSha256 { get; init; }

    /// <summary>What the folder holds; null in version 1, which does not say.</summary>
    [JsonPropertyOrder(70)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RecordedParts? Recorded { get; init; }

    /// <summary>Refuses another format, a later version, and what no run is.</summary>
    /// <param name="format">The format that is expected.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="AlignException">It is another.</exception>
    public void Require(string format, string path)
    {
        if (Format != format || Version is not (1 or CurrentVersion))
        {
            throw new AlignException($"{path}: expected format {format}, version 1 or 2; found {Format}, version {Version}");
        }

        if (Version == CurrentVersion && Recorded is null)
        {
            throw new AlignException($"{path}: expected 'recorded', which says what the folder holds, as of version 2; found none");
        }

        if (Ranks < 1 || Iterations < 1)
        {
            throw new AlignException(
                $"{path}: expected 1 rank and 1 iteration or more, found {Ranks} and {Iterations}; the record is not of a run"
            );
        }
    }
}
