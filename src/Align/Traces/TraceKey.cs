namespace PPYolo.Align.Traces;

/// <summary>Names an entry of an iteration.</summary>
/// <param name="Phase">The part of the iteration.</param>
/// <param name="Name">The module, the state_dict key, the loss.</param>
public readonly record struct TraceKey(TracePhase Phase, string Name)
{
    /// <inheritdoc />
    public override string ToString() => $"{Phase.ToString().ToLowerInvariant()} {Name}";
}
