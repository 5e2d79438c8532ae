using PPYolo.Align;

namespace PPYolo.Harness.Checkouts;

/// <summary>How the theories of any checkout of a repository are built and run.</summary>
/// <param name="Project">Their project, as seen from the top; null where commands take its place.</param>
/// <param name="Filter">A filter of dotnet test, or null.</param>
/// <param name="Build">The shell command that builds; null is dotnet build, or nothing where there is no project.</param>
/// <param name="Run">The shell command that runs; null is dotnet test, or the program.</param>
internal sealed record TheoryPlan(string? Project, string? Filter, string? Build, string? Run)
{
    // Of this repository: one project has the goldens of another.
    private const string HouseProject = "tests/Alignment",
        HouseGoldens = "tests/Golden/Weights";

    /// <summary>The theories of this repository.</summary>
    /// <param name="filter">A further filter of dotnet test, or null.</param>
    public static TheoryPlan House(string? filter) => Of(HouseProject, new(Filter: filter));

    /// <summary>Where the goldens of this repository are in a checkout.</summary>
    public static string HouseFolder(string tree) => Path.Combine(tree, HouseGoldens);

    /// <summary>Finds out how.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="commit">A commit that has the goldens.</param>
    /// <param name="goldens">The paths of the goldens in question, as seen from the top, by name.</param>
    /// <param name="choice">What was asked for.</param>
    /// <exception cref="AlignException">No project, or several, can be meant.</exception>
    public static TheoryPlan Find(string root, string commit, IReadOnlyDictionary<string, string> goldens, TheoryChoice choice)
    {
        if (choice is { Build: not null, Run: not null, Project: null })
        {
            return new(null, choice.Filter, choice.Build, choice.Run);
        }

        // Projects, by folder, and folders.
        var files = Git.Run(root, "ls-tree", "-r", "--name-only", "-z", "--full-tree", commit).Split('\0');
        if (choice.Project is { } asked)
        {
            var project = asked.Replace('\\', '/').TrimEnd('/');
            project = project is "." ? "" : project;
            return
                project.Length == 0
                || Array.Exists(files, file => file == project || file.StartsWith(project + "/", StringComparison.Ordinal))
                ? Of(project, choice)
                : throw new AlignException(
                    $"--project {asked}: commit {commit[..10]} has no such file or folder; a project is named as seen from "
                        + "the repository's top"
                );
        }

        if (
            goldens.Values.All(path => path.StartsWith(HouseGoldens + "/", StringComparison.Ordinal))
            && Array.Exists(files, file => file.StartsWith(HouseProject + "/", StringComparison.Ordinal))
        )
        {
            return Of(HouseProject, choice);
        }

        var projects = files.Where(IsProject).ToLookup(FolderOf, StringComparer.Ordinal);
        var found = goldens.Values.Select(path => Above(path, projects)).Distinct().ToList();
        return found switch
        {
            [{ } only] => Of(only, choice),
            // A training in another language needs no building.
            [null] when choice.Run is not null => new(null, choice.Filter, choice.Build, choice.Run),
            [null] or [] => throw new AlignException(
                $"no project is at or above {goldens.Values.First()}; name the one whose theories come to it with --project"
            ),
            _ => throw new AlignException(
                $"the goldens belong to {string.Join(", ", found.Select(project => project ?? "no project"))}; name one with --project, or "
                    + "one golden with --golden"
            ),
        };
    }

    /// <summary>This plan in a line, by which results are kept: of another plan they are other results.</summary>
    public override string ToString() => $"project {Project}, filter {Filter}, build {Build}, run {Run}";

    private static TheoryPlan Of(string project, TheoryChoice choice) =>
        new(project, project == HouseProject ? HouseFilter(choice) : choice.Filter, choice.Build, choice.Run);

    private static string HouseFilter(TheoryChoice choice)
    {
        var filter = "Category=Golden";
        if (choice.Golden is { } golden && golden.Split('_', 2) is [var method, var parameters])
        {
            // Type.Method_parameter=value.
            filter += $"&FullyQualifiedName~{method}&DisplayName~{parameters[(parameters.IndexOf('=', StringComparison.Ordinal) + 1)..]}";
        }

        return choice.Filter is null ? filter : $"{filter}&({choice.Filter})";
    }

    private static string? Above(string path, ILookup<string, string> projects)
    {
        for (var folder = FolderOf(path); ; folder = FolderOf(folder))
        {
            if (projects[folder].ToList() is { Count: > 0 } here)
            {
                return here.Count == 1
                    ? here[0]
                    : throw new AlignException($"{string.Join(" and ", here)}: name the one that is meant with --project");
            }

            if (folder.Length == 0)
            {
                return null;
            }
        }
    }

    private static bool IsProject(string path) => Path.GetExtension(path) is ".csproj" or ".fsproj" or ".vbproj";

    private static string FolderOf(string path) => path.LastIndexOf('/') is >= 0 and var at ? path[..at] : "";
}
