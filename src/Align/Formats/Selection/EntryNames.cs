using System.Text;

namespace PPYolo.Align.Formats.Selection;

/// <summary>Names of the entries of saved values, and what some of them mean by convention.</summary>
internal static class EntryNames
{
    /// <summary>Separates the keys of a path.</summary>
    public const char Separator = '/';

    /// <summary>The path of the file's whole value.</summary>
    public const string Root = ".";

    /// <summary>What programs call the entry that holds a network's tensors, the likelier one first.</summary>
    public static IReadOnlyList<string> Wrappers { get; } =
    [
        "model",
        "state_dict",
        "model_state_dict",
        "model_state",
        "net",
        "network",
        "module",
        "weights",
        "params",
        "ema",
        "model_ema",
        "ema_model",
        "ema_state_dict",
        "state_dict_ema",
        "params_ema",
    ];

    // Parts of names. What holds a run's state has tensors, and they are not weights; ppyolo is this project's own state of a run.
    private static readonly string[] Auxiliary = ["optim", "sched", "scaler", "amp", "rng", "callback", "ppyolo"];

    /// <summary>Whether an entry is the state of a training run rather than weights, as far as its name tells.</summary>
    public static bool IsAuxiliary(string name) =>
        Auxiliary.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase))
        || name.Equals("opt", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether an entry is a moving average, beside which the weights themselves may be.</summary>
    public static bool IsAverage(string name) => name.Contains("ema", StringComparison.OrdinalIgnoreCase);

    /// <summary>A key as a name.</summary>
    public static string Of(PickleValue key) =>
        key.Kind switch
        {
            PickleKind.Text => key.AsText(),
            PickleKind.Bytes => Encoding.UTF8.GetString(key.AsBytes().Span),
            // As Python writes them; a key is no deeper than a short text.
            PickleKind.Tuple => $"({string.Join(", ", key.AsList().Select(Of))})",
            _ => key.ToString(),
        };

    /// <summary>The path of an entry.</summary>
    public static string Join(string place, string name) => place.Length == 0 ? name : place + Separator + name;
}
