using System.Text;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Tests.Faults.Fresh;

namespace PPYolo.Tests.Faults;

/// <summary>How often faults are noticed, placed and named: by half and family.</summary>
/// <param name="outcomes">What became of each.</param>
internal sealed class FaultScore(IReadOnlyList<FaultOutcome> outcomes)
{
    private const double Moves = 10;

    private static readonly HashSet<PlantedFault> Blind = [.. BlindFaults.All],
        Open = [.. FreshFaults.Open],
        Held = [.. FreshFaults.Held];

    /// <summary>Faults that were called noise, though a reduced gradient moves by more than 10 times the largest clean rerun.</summary>
    public IEnumerable<FaultOutcome> Missed =>
        outcomes.Where(outcome => outcome.Explanation.Aligned && outcome.GradientMoved.Value > Moves);

    /// <summary>Faults of which something wrong was said for certain.</summary>
    public IEnumerable<FaultOutcome> WrongAboveHalf =>
        outcomes.Where(outcome => !outcome.Explanation.Aligned && outcome.Answer == Answer.WrongAboveHalf);

    /// <summary>The halves and families with their counts, and then each fault.</summary>
    public override string ToString()
    {
        var text = new StringBuilder()
            .Append($"{"half and family", -24}{"faults", 8}{"detected", 10}{"frontier", 10}{"named", 8}{"named", 8}{"none", 8}")
            .AppendLine($"{"wrong", 8}{"WRONG", 8}")
            .AppendLine($"{"", -24}{"", 8}{"", 10}{"exact", 10}{"", 8}{"below", 8}{"", 8}{"below", 8}{"ABOVE", 8}");
        foreach (var half in outcomes.GroupBy(outcome => Half(outcome.Fault)))
        {
            foreach (var family in half.GroupBy(outcome => outcome.Fault.Family).OrderBy(family => family.Key))
            {
                Count(text, $"{half.Key} {family.Key}", [.. family]);
            }

            Count(text, half.Key, [.. half]);
        }

        Count(text, "all", outcomes);
        text.AppendLine();
        foreach (var outcome in outcomes)
        {
            var first = outcome.Explanation.Causes is [var likeliest, ..] ? likeliest : null;
            text.Append($"{Half(outcome.Fault), -7}{outcome.Fault.Family, -12}{outcome.Fault.Name, -84}")
                .Append($"{(outcome.Explanation.Aligned ? "missed" : outcome.Answer), -16}{outcome.GradientMoved.Value, 10:G3}  ")
                .Append($"{(first is null ? "none" : $"{first.Id} {first.Confidence:F2}"), -36}")
                .AppendLine($"{(outcome.IsFrontierExact ? "exact" : "off"), -7}{outcome.Frontier}");
        }

        return text.ToString();
    }

    private static string Half(PlantedFault fault) =>
        Blind.Contains(fault) ? "blind"
        : Open.Contains(fault) ? "open"
        : Held.Contains(fault) ? "held"
        : "known";

    private static void Count(StringBuilder text, string name, IReadOnlyList<FaultOutcome> some)
    {
        var detected = some.Where(outcome => !outcome.Explanation.Aligned).ToList();
        text.Append($"{name, -24}{some.Count, 8}{detected.Count, 10}{detected.Count(outcome => outcome.IsFrontierExact), 10}");
        foreach (var answer in Enum.GetValues<Answer>())
        {
            text.Append($"{detected.Count(outcome => outcome.Answer == answer), 8}");
        }

        text.AppendLine();
    }
}
