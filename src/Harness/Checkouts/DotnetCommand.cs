namespace PPYolo.Harness.Checkouts;

/// <summary>Runs dotnet in a checkout.</summary>
internal static class DotnetCommand
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="tree">The checkout.</param>
    /// <param name="environment">What is added to this process's environment; null is nothing.</param>
    /// <param name="line">Gets each line of its output as it comes.</param>
    public static (int ExitCode, string Output, string Errors) Run(
        IEnumerable<string> arguments,
        string tree,
        IReadOnlyDictionary<string, string>? environment = null,
        Action<string>? line = null
    ) =>
        ChildProcess.Run(
            "dotnet",
            arguments,
            // No process of it stays behind, and its messages are those that are looked for.
            new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
            {
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["DOTNET_CLI_UI_LANGUAGE"] = "en",
                ["DOTNET_NOLOGO"] = "1",
                // A build is many short processes, which end before profiles pay: it takes a third less processor time without.
                ["DOTNET_TieredPGO"] = "0",
            },
            line,
            // Its global.json is found from here.
            tree
        );
}
