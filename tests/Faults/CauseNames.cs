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

    /// <summary>
    /// Rules that were made on an open fault of tests/Faults/Fresh after it was scored, which it could not ask for. No held fault is here.
    /// </summary>
    private static readonly Dictionary<string, string> MadeOn = new(StringComparer.Ordinal)
    {
        ["DropBlock does not scale up what it leaves"] = "module-scaled",
        ["norms divide by the unbiased deviation"] = "norm-unbiased-deviation",
        ["momentum scaled as the rate changes"] = "momentum-rescaled",
    };

    /// <summary>The rule that was made on a fault; null where none was.</summary>
    public static string? RuleMadeOn(string fault) => MadeOn.GetValueOrDefault(fault);

    /// <summary>All ids that stand for a cause.</summary>
    public static IEnumerable<string> Of(string cause) => Known.GetValueOrDefault(cause, []).Prepend(cause);
}
