namespace PPYolo.Cli.Commands;

/// <summary>
/// The command lines of the reference implementation, with ppyolo for its programs. diff_weights.py and convert_weights.py have the same
/// here under other options, which are exchanged; what its train.py does depends on which of its blocks are switched on, so that the line
/// that does the same is named.
/// </summary>
internal static class ReferenceLine
{
    private const string Train = "train";

    private static readonly string[] Config = ["-f", "--exp_file"],
        Checkpoint = ["-c", "--ckpt"],
        Converted = ["-oc", "--output_ckpt"],
        Classes = ["-nc", "--num_classes"],
        First = ["--cp1"],
        Second = ["--cp2"],
        Bound = ["--d_value"],
        Devices = ["-d", "--devices"],
        Batch = ["-b", "--batch-size"],
        Saves = ["--save_npz"];

    /// <summary>Options of its train.py that ppyolo train does not have under this name.</summary>
    private static readonly string[] OfTrain =
    [
        .. Devices,
        .. Batch,
        .. Saves,
        "--exp_file",
        "--ckpt",
        "-expn",
        "--experiment-name",
        "--dist-backend",
        "--fp16",
        "--cache",
        "--occupy",
    ];

    /// <summary>The same arguments with files and options as they are written here.</summary>
    public static string[] Translate(string[] args) =>
        args switch
        {
            ["diff", .. var rest] when Has(rest, [.. First, .. Second, .. Bound]) => Exchanged(
                "diff",
                rest,
                First,
                Second,
                (Bound, "--d-value")
            ),
            ["convert", .. var rest] when Has(rest, Converted) => Exchanged("convert", rest, Checkpoint, Converted, (Classes, "-nc")),
            _ => args,
        };

    /// <summary>The answer to a line of its train.py; null where this is none.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="ranks">How many ranks' batch files there are in the folder in which it is typed.</param>
    public static string? For(IReadOnlyList<string> args, int ranks) =>
        Found(args) is { } found ? $"{found} is of the reference's train.py; the same is: ppyolo {Same(args, ranks)}" : null;

    /// <summary>The arguments of ppyolo that do the same; where these are not the reference's, they themselves.</summary>
    public static string Same(IReadOnlyList<string> args, int ranks)
    {
        if (Found(args) is null)
        {
            return string.Join(' ', args);
        }

        var config = $" --config {Path.GetFileNameWithoutExtension(Value(args, [.. Config, "--config"]) ?? "NAME")}";
        var batch = Value(args, Batch) is { } images ? $" --set batch={images}" : "";
        var devices = int.TryParse(Value(args, Devices), out var count) ? count : 1;
        var start = Value(args, Checkpoint);
        return (Value(args, Saves), ranks) switch
        {
            ("0", _) or (null, > 0) => (
                ranks > 1 && devices == 1 ? "merge . --out merged && ppyolo train --replay merged" : "train --replay ."
            ) + $"{config}{(start is null ? "" : $" --init {start}")}",
            ("1", _) => $"train{config}{batch}{OnRanks(devices)} --init {start ?? "00.pth"} --data DIR --iterations 10 --record NEW",
            _ => $"train{config}{batch}{OnRanks(devices)} --data DIR{(start is null ? "" : $" -c {start}")}",
        };
    }

    private static string OnRanks(int devices) => devices > 1 ? $" --ranks {devices}" : "";

    private static string? Found(IReadOnlyList<string> args) =>
        args is not [Train, ..] ? null
        : args.FirstOrDefault(arg => OfTrain.Any(option => Is(arg, option))) is { } option ? option
        : Value(args, Config) is { } file && file.EndsWith(".py", StringComparison.Ordinal) ? $"-f {file}"
        : null;

    /// <summary>Puts two files behind a command, spells an option as here, and leaves the configuration away.</summary>
    private static string[] Exchanged(string command, string[] args, string[] first, string[] second, (string[] There, string Here) option)
    {
        var rest = new List<string>();
        string?[] files = [null, null];
        for (var i = 0; i < args.Length; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            if (!Has([name], [.. Config, .. first, .. second, .. option.There]))
            {
                rest.Add(args[i]);
                continue;
            }

            value ??= i + 1 < args.Length ? args[++i] : "";
            if (Has([name], option.There))
            {
                rest.AddRange([option.Here, value]);
            }
            else if (!Has([name], Config))
            {
                files[Has([name], first) ? 0 : 1] = value;
            }
        }

        return [command, .. files.OfType<string>(), .. rest];
    }

    private static bool Has(string[] args, string[] options) => args.Any(arg => options.Any(option => Is(arg, option)));

    private static bool Is(string arg, string option) => arg == option || arg.StartsWith(option + "=", StringComparison.Ordinal);

    private static string? Value(IReadOnlyList<string> args, string[] options)
    {
        for (var i = 1; i < args.Count; i++)
        {
            if (options.Contains(args[i]))
            {
                return i + 1 < args.Count ? args[i + 1] : null;
            }

            if (options.FirstOrDefault(option => Is(args[i], option)) is { } given)
            {
                return args[i][(given.Length + 1)..];
            }
        }

        return null;
    }
}
