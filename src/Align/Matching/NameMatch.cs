namespace PPYolo.Align.Matching;

/// <summary>Which names of two runs are the same.</summary>
/// <param name="Names">Those that were found.</param>
/// <param name="FirstAlone">Names of the first run that are none of the second's.</param>
/// <param name="SecondAlone">Names of the second run that are none of the first's.</param>
public sealed record NameMatch(
    IReadOnlyList<MatchedName> Names,
    IReadOnlyList<(MatchKind Kind, string Name)> FirstAlone,
    IReadOnlyList<(MatchKind Kind, string Name)> SecondAlone
)
{
    /// <summary>Whether every name of the second run was found, and none was guessed.</summary>
    public bool IsSure => SecondAlone.Count == 0 && Names.All(name => name.IsSure);

    /// <summary>The file that <c>ppyolo explain --names</c> takes: a rule for each name that is another.</summary>
    public NamesFile ToFile()
    {
        var rules = Names
            .Where(name => name.Second.IndexOfAny(['#', '[']) < 0)
            .Where(name => name.Second != name.First || name.Transposed)
            .Select(Rule)
            .ToList();
        var applied = new NameRules(rules);
        // A module's rule holds for its further calls and parts, unless these have other numbers.
        rules.AddRange(
            Names
                .Where(name => name.Second.IndexOfAny(['#', '[']) >= 0)
                .Where(name => applied.Of(Traces.TracePhase.Forward, name.Second).Name != name.First)
                .Select(Rule)
        );
        return new() { Rules = rules };
    }

    private static NameRule Rule(MatchedName name) =>
        new()
        {
            From = name.Second,
            To = name.First,
            Phase = name.Kind switch
            {
                MatchKind.Data => Traces.TracePhase.Data,
                MatchKind.Loss => Traces.TracePhase.Loss,
                _ => null,
            },
            Transpose = name.Transposed,
            Guess = name.IsSure ? null : name.Reason,
        };
}
