using PPYolo.Align.Traces;

namespace PPYolo.Align.Matching;

/// <summary>What becomes of a name.</summary>
/// <param name="Name">What it is called in the other run.</param>
/// <param name="Rules">The rules that fitted, by their places in the file; none where the name stays.</param>
/// <param name="Transpose">Whether weights of two dimensions are transposed.</param>
/// <param name="ChannelsLast">Whether outputs of four dimensions have their channels last.</param>
internal sealed record Renaming(string Name, IReadOnlyList<int> Rules, bool Transpose, bool ChannelsLast)
{
    /// <summary>The order in which the dimensions of a tensor are to be taken; null where they stay.</summary>
    public int[]? Axes(TracePhase phase, IReadOnlyList<long> shape)
    {
        var isOutput = phase is TracePhase.Data or TracePhase.Forward or TracePhase.Backward;
        return Transpose && !isOutput && shape.Count == 2 ? Rearrangement.Transposed
            : ChannelsLast && isOutput && shape.Count == 4 ? Rearrangement.ChannelsFirst
            : null;
    }
}
