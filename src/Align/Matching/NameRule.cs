using System.Text.Json.Serialization;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Matching;

/// <summary>
/// What a name of one run is called in the other: one of <see cref="From"/> (the whole name), <see cref="Prefix"/> (a module and all that
/// is in it) and <see cref="Pattern"/> (with * for anything).
/// </summary>
public sealed record NameRule
{
    /// <summary>The whole name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? From { get; init; }

    /// <summary>A module: its own name, and all that begins with it and a dot. Empty is the whole network.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Prefix { get; init; }

    /// <summary>A name in which each * stands for anything.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Pattern { get; init; }

    /// <summary>What stands in its place: as many * as in <see cref="Pattern"/>, each for what that of the pattern stood for.</summary>
    public required string To { get; init; }

    /// <summary>The phase of which alone it holds; null is all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TracePhase? Phase { get; init; }

    /// <summary>Whether weights of two dimensions have them exchanged, as Paddle's Linear has: [in,out] for [out,in].</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Transpose { get; init; }

    /// <summary>NHWC where data, outputs and their gradients of four dimensions have the channels last; null is NCHW.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Layout { get; init; }

    /// <summary>Why it is a guess; null where it is sure. Only <c>ppyolo match</c> writes it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Guess { get; init; }

    /// <summary>The member that says which names it fits, as messages name it.</summary>
    internal string Fits =>
        From is not null ? $"from '{From}'"
        : Prefix is not null ? $"prefix '{Prefix}'"
        : $"pattern '{Pattern}'";
}
