namespace PPYolo.Cli.Commands;

/// <summary>Answers the launch options of the reference implementation with the line that does the same here.</summary>
internal static class LaunchHint
{
    private static readonly string[] Known =
    [
        "--dist-url",
        "--dist_url",
        "--num_machines",
        "--num-machines",
        "--machine_rank",
        "--machine-rank",
    ];

    /// <summary>The answer, or null where no such option is given.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="ranks">How many ranks' batch files there are in the folder in which they are typed.</param>
    public static string? For(IReadOnlyList<string> args, int ranks = 0)
    {
        var given = args.FirstOrDefault(arg => Known.Contains(arg.Split('=')[0]));
        return given is null ? null : Hint(given, args, ranks);
    }

    private static string Hint(string given, IReadOnlyList<string> args, int ranks)
    {
        var machines = int.TryParse(Value(args, "num_machines") ?? Value(args, "num-machines"), out var count) && count > 0 ? count : 2;
        var hosts = string.Join(',', Enumerable.Range(0, machines).Select(machine => $"HOST{machine}"));
        var rest = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            if (!Known.Contains(args[i].Split('=')[0]))
            {
                rest.Add(args[i]);
            }
            else if (!args[i].Contains('=', StringComparison.Ordinal))
            {
                i++;
            }
        }

        return $"{given.Split('=')[0]}: ranks on several machines are started once, by MPI, not once per machine; the same run is: "
            + $"mpirun -np {machines} -H {hosts} dotnet ppyolo.dll {ReferenceLine.Same(rest, Math.Min(ranks, 1))}";
    }

    private static string? Value(IReadOnlyList<string> args, string name)
    {
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--" + name && i + 1 < args.Count)
            {
                return args[i + 1];
            }

            if (args[i].StartsWith($"--{name}=", StringComparison.Ordinal))
            {
                return args[i][(name.Length + 3)..];
            }
        }

        return null;
    }
}
