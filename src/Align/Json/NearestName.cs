using Quickenshtein;

namespace PPYolo.Align.Json;

/// <summary>Finds what somebody probably meant.</summary>
public static class NearestName
{
    /// <summary>"; did you mean 'x'?" where a name is near enough, else "; known are ...".</summary>
    public static string Hint(string name, IEnumerable<string> known)
    {
        var names = known.ToList();
        var nearest = names.MinBy(candidate => Levenshtein.GetDistance(name.ToLowerInvariant(), candidate.ToLowerInvariant()));
        return
            nearest is not null
            && Levenshtein.GetDistance(name.ToLowerInvariant(), nearest.ToLowerInvariant()) <= Math.Max(2, name.Length / 3)
            ? $"; did you mean '{nearest}'?"
            : $"; known are {string.Join(", ", names)}";
    }
}
