using PPYolo.Align;
using PPYolo.Align.Golden;

namespace PPYolo.Harness.Checkouts;

/// <summary>Builds and runs the theories of a checkout that end in goldens, in processes of their own.</summary>
internal static class GoldenTheories
{
    /// <summary>The runs are said and not compared: none is red, for which twins would be trained.</summary>
    public static IReadOnlyDictionary<string, string> ReportOnly { get; } =
        new Dictionary<string, string> { [GoldenReport.OnlyVariable] = "1" };

    /// <summary>Builds.</summary>
    /// <param name="tree">The checkout.</param>
    /// <param name="plan">How.</param>
    /// <returns>The first line that says why it does not build; null where it does.</returns>
    /// <exception cref="AlignException">
    /// It is not the checkout's fault that it does not: the disk is full, or somebody ended it.
    /// </exception>
    public static string? Build(string tree, TheoryPlan plan)
    {
        if (plan is { Build: null, Project: null })
        {
            return null;
        }

        var (exitCode, output, errors) = plan.Build is { } command
            ? Shell(command, tree, new Dictionary<string, string>(), null)
            : DotnetCommand.Run(["build", Path.Combine(tree, plan.Project!), "-c", "Release", "--nologo", "-v", "q"], tree);
        if (exitCode == 0)
        {
            return null;
        }

        var said = $"{output}\n{errors}";
        ChildFailure.RequireMachine(exitCode, said, "building");
        return ChildFailure.FirstError(said, tree);
    }

    /// <summary>Runs what was built.</summary>
    /// <param name="tree">The checkout.</param>
    /// <param name="plan">How.</param>
    /// <param name="results">A folder for what each comes to.</param>
    /// <param name="environment">What is added to the environment of the theories.</param>
    /// <param name="output">Gets a line for each test as it ends.</param>
    /// <returns>What was said of a theory that did not come to its golden, or of none that ran; null where every one came to it.</returns>
    /// <exception cref="AlignException">It is not the checkout's fault: the disk is full, or somebody ended it.</exception>
    public static string? Run(
        string tree,
        TheoryPlan plan,
        string results,
        IReadOnlyDictionary<string, string> environment,
        TextWriter output
    )
    {
        Directory.CreateDirectory(results);
        // A golden that is not met fails its test: here that is asked, and no error.
        var all = new Dictionary<string, string>(environment) { [GoldenReport.FolderVariable] = results, ["DiffEngine_Disabled"] = "true" };
        var (exitCode, text, errors) =
            plan.Run is { } command ? Shell(command, tree, all, null)
            : Program(tree, plan.Project!) is { } program
                ? ChildProcess.Run("dotnet", [program], all, folder: FolderOf(tree, plan.Project!))
            : Test(tree, plan, results, all, output);
        var said = $"{text}\n{errors}";
        ChildFailure.RequireMachine(exitCode, said, "running");
        return exitCode == 0 && TheoryResults.Any(results) ? null
            : TheoryResults.Failures(results) is [var (test, message), ..] ? $"{test}: {message}"
            : ChildFailure.FirstError(said, tree);
    }

    /// <summary>Builds and runs, where it must be possible.</summary>
    /// <exception cref="AlignException">It does not build, or no theory ran.</exception>
    public static void Require(
        string tree,
        TheoryPlan plan,
        string results,
        IReadOnlyDictionary<string, string> environment,
        TextWriter output
    )
    {
        if (Build(tree, plan) is { } error)
        {
            throw new AlignException($"{tree}: does not build: {error}");
        }

        var reason = Run(tree, plan, results, environment, output);
        if (!TheoryResults.Any(results))
        {
            throw new AlignException($"{tree}: no golden theory ran: {reason}; {Hint(plan)}");
        }
    }

    /// <summary>What to look at where nothing ran.</summary>
    public static string Hint(TheoryPlan plan) =>
        plan.Run is not null
            ? $"the command must run a training that reports to {GoldenReport.FolderVariable} (docs/bisect.md)"
            : $"look at the filter, or build and run {plan.Project} by hand to see why not";

    private static (int ExitCode, string Output, string Errors) Test(
        string tree,
        TheoryPlan plan,
        string results,
        Dictionary<string, string> environment,
        TextWriter output
    ) =>
        DotnetCommand.Run(
            [
                "test",
                Path.Combine(tree, plan.Project!),
                "-c",
                "Release",
                "--no-build",
                .. plan.Filter is null ? Array.Empty<string>() : ["--filter", plan.Filter],
                "--nologo",
                "--logger",
                "console;verbosity=normal",
                "--logger",
                $"trx;LogFileName={TheoryResults.LogName}",
                "--results-directory",
                results,
            ],
            tree,
            environment,
            line =>
            {
                if (
                    line.TrimStart() is var start
                    && (start.StartsWith("Passed ", StringComparison.Ordinal) || start.StartsWith("Failed ", StringComparison.Ordinal))
                )
                {
                    output.WriteLine(line);
                }
            }
        );

    /// <summary>The program that a project builds; null of tests, and of what is no single project.</summary>
    private static string? Program(string tree, string project)
    {
        var file = Path.Combine(tree, project);
        if (Directory.Exists(file))
        {
            file = Directory.EnumerateFiles(file, "*.*proj").ToList() is [var only] ? only : "";
        }

        if (!file.EndsWith("proj", StringComparison.Ordinal))
        {
            return null;
        }

        const string question = "IsTestProject,IsTestingPlatformApplication,OutputType,TargetPath";
        var (exitCode, output, _) = DotnetCommand.Run(["msbuild", file, $"-getProperty:{question}", "-p:Configuration=Release"], tree);
        if (exitCode != 0)
        {
            return null;
        }

        using var answer = System.Text.Json.JsonDocument.Parse(output);
        string Of(string name) => answer.RootElement.GetProperty("Properties").GetProperty(name).GetString() ?? "";
        bool Says(string name) => Of(name).Equals("true", StringComparison.OrdinalIgnoreCase);
        return
            Says("IsTestProject")
            || Says("IsTestingPlatformApplication")
            || !Of("OutputType").EndsWith("exe", StringComparison.OrdinalIgnoreCase)
            || Of("TargetPath").Length == 0
            ? null
            : Of("TargetPath");
    }

    private static string FolderOf(string tree, string project) =>
        Path.Combine(tree, project) is var path && Directory.Exists(path) ? path : Path.GetDirectoryName(path)!;

    private static (int ExitCode, string Output, string Errors) Shell(
        string command,
        string tree,
        Dictionary<string, string> environment,
        Action<string>? line
    ) =>
        OperatingSystem.IsWindows()
            ? ChildProcess.Run("cmd", ["/c", command], environment, line, tree)
            : ChildProcess.Run("/bin/sh", ["-c", command], environment, line, tree);
}
