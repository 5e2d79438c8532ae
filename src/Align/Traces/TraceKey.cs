using System.IO.Enumeration;

namespace PPYolo.Align.Traces;

/// <summary>Names an entry of an iteration.</summary>
/// <param name="Phase">The part of the iteration.</param>
/// <param name="Name">The module, the state_dict key, the loss.</param>
public readonly record struct TraceKey(TracePhase Phase, string Name)
{
    /// <summary>Whether a pattern with * and ? fits the name, or the phase, a colon and the name.</summary>
    public bool FitsAny(IEnumerable<string> patterns)
    {
        var (name, full) = (Name, $"{Phase}:{Name}");
        return patterns.Any(pattern =>
            FileSystemName.MatchesSimpleExpression(pattern, name) || FileSystemName.MatchesSimpleExpression(pattern, full)
        );
    }

    /// <inheritdoc />
    public override string ToString() => $"{Phase.ToString().ToLowerInvariant()} {Name}";
}
