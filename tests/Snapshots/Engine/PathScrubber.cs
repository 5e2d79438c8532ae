using System.Text;
using System.Text.RegularExpressions;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>
/// Replaces the directories of this machine by the names that Verify gives them, so that a snapshot holds on another machine.
/// </summary>
internal sealed class PathScrubber
{
    private static readonly Lock Building = new();
    private static readonly Dictionary<TestProject, PathScrubber> ByProject = [];

    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);
    private readonly Regex pattern;

    internal PathScrubber(IEnumerable<(string? Directory, string Name)> directories)
    {
        foreach (var (directory, name) in directories)
        {
            var clean = directory?.Replace('\\', '/').TrimEnd('/');
            if (!string.IsNullOrWhiteSpace(clean))
            {
                names.TryAdd(clean, name);
            }
        }

        // Of two names for one directory the first holds. The longest path is tried first, as directories lie within each other; whole
        // names only; and a separator behind goes with it.
        var either = string.Join(
            '|',
            names
                .Keys.OrderByDescending(path => path.Length)
                .Select(path => Regex.Escape(path).Replace("/", @"[/\\]", StringComparison.Ordinal))
        );
        pattern = new Regex($@"(?<![\p{{L}}\p{{Nd}}])(?<path>{either})(?![\p{{L}}\p{{Nd}}])[/\\]?", RegexOptions.CultureInvariant);
    }

    public static PathScrubber For(TestProject project)
    {
        lock (Building)
        {
            return ByProject.TryGetValue(project, out var known)
                ? known
                : ByProject[project] = new PathScrubber([
                    (AppContext.BaseDirectory, "{CurrentDirectory}"),
                    (Environment.CurrentDirectory, "{CurrentDirectory}"),
                    (Path.GetTempPath(), "{TempPath}"),
                    (Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "{UserProfile}"),
                    (project.Directory, "{ProjectDirectory}"),
                    (project.SolutionDirectory, "{SolutionDirectory}"),
                ]);
        }
    }

    public void Scrub(StringBuilder builder)
    {
        var text = builder.ToString();
        var scrubbed = pattern.Replace(text, match => names[match.Groups["path"].Value.Replace('\\', '/')]);
        if (!ReferenceEquals(text, scrubbed))
        {
            builder.Clear().Append(scrubbed);
        }
    }
}
