using System.Text.RegularExpressions;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Matching;

/// <summary>
/// Applies rules to names. A rule for the whole name decides alone. Else the longest prefix that fits is exchanged, and then the first
/// pattern that fits what came out. A module's rule holds for its further calls and for the parts of its output, a parameter's for what the
/// optimizer keeps of it.
/// </summary>
internal sealed class NameRules
{
    private static readonly char[] Suffixes = ['#', '['];

    private readonly IReadOnlyList<NameRule> rules;
    private readonly Dictionary<(string Name, TracePhase? Phase), int> exact = [];
    private readonly List<(string Prefix, int Rule)> prefixes = [];
    private readonly List<(Regex Pattern, int Rule)> patterns = [];

    public NameRules(IReadOnlyList<NameRule> rules)
    {
        this.rules = rules;
        for (var i = 0; i < rules.Count; i++)
        {
            if (rules[i].From is { } from)
            {
                exact.TryAdd((from, rules[i].Phase), i);
            }
            else if (rules[i].Prefix is { } prefix)
            {
                prefixes.Add((prefix.TrimEnd('.'), i));
            }
            else
            {
                var parts = rules[i].Pattern!.Split('*').Select(Regex.Escape);
                patterns.Add((new($@"\A{string.Join("(.*)", parts)}\z", RegexOptions.NonBacktracking | RegexOptions.Singleline), i));
            }
        }

        prefixes = [.. prefixes.OrderByDescending(pair => pair.Prefix.Length)];
    }

    /// <summary>What becomes of a name.</summary>
    public Renaming Of(TracePhase phase, string name)
    {
        if (Exact(phase, name) is { } whole)
        {
            return Made(rules[whole].To, [whole]);
        }

        var end =
            phase is TracePhase.Forward or TracePhase.Backward ? name.IndexOfAny(Suffixes)
            : phase == TracePhase.Momentum ? name.LastIndexOf('.')
            : -1;
        if (end > 0 && Exact(phase, name[..end]) is { } rule)
        {
            return Made(rules[rule].To + name[end..], [rule]);
        }

        List<int> used = [];
        foreach (var (prefix, at) in prefixes)
        {
            if (Fits(phase, at) && Rest(name, prefix) is { } rest)
            {
                name = Joined(rules[at].To.TrimEnd('.'), rest);
                used.Add(at);
                break;
            }
        }

        foreach (var (pattern, at) in patterns)
        {
            if (Fits(phase, at) && pattern.Match(name) is { Success: true } match)
            {
                var parts = rules[at].To.Split('*');
                name = string.Concat(parts.Select((part, i) => i == 0 ? part : match.Groups[i].Value + part));
                used.Add(at);
                break;
            }
        }

        return Made(name, used);
    }

    private int? Exact(TracePhase phase, string name) =>
        exact.TryGetValue((name, phase), out var own) ? own
        : exact.TryGetValue((name, null), out var any) ? any
        : null;

    private bool Fits(TracePhase phase, int rule) => rules[rule].Phase is not { } only || only == phase;

    private Renaming Made(string name, IReadOnlyList<int> used) =>
        new(name, used, used.Any(rule => rules[rule].Transpose), used.Any(rule => rules[rule].Layout == NamesFile.ChannelsLast));

    /// <summary>What follows a prefix, with the sign that separates it; null where the name does not begin with it.</summary>
    private static string? Rest(string name, string prefix) =>
        prefix.Length == 0 ? $".{name}"
        : name.StartsWith(prefix, StringComparison.Ordinal) && (name.Length == prefix.Length || name[prefix.Length] is '.' or '#' or '[')
            ? name[prefix.Length..]
        : null;

    private static string Joined(string to, string rest) => to.Length == 0 && rest.StartsWith('.') ? rest[1..] : to + rest;
}
