using PPYolo.Tests.Faults.Blind;

namespace PPYolo.Tests.Faults;

/// <summary>
/// The names by which rules know causes that were asked for before there was a rule (<see cref="AskedCauses"/>). Whoever adds an entry
/// says that both mean the same.
/// </summary>
internal static class CauseNames
{
    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["boxes-as-corners"] = ["box-corners"],
        ["concatenation-order"] = ["concat-order"],
        // A cap is what makes a decay another, said more exactly than could be asked for.
        ["ema-decay"] = ["ema-cap"],
        ["ema-every-second"] = ["ema-seldom"],
        ["frozen-norm-eval-mode"] = ["frozen-norm-eval"],
        ["group-rate"] = ["rate-of-group"],
    };

    /// <summary>All ids that stand for a cause.</summary>
    public static IEnumerable<string> Of(string cause) => Known.GetValueOrDefault(cause, []).Prepend(cause);
}
