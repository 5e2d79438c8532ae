using System.Text;
using PPYolo.Align.Golden;
using PPYolo.Harness.Checkouts;
using PPYolo.Tests.Unit.Align.Golden;

namespace PPYolo.Tests.Unit.Harness.Bisection;

/// <summary>
/// A repository of somebody who uses goldens, made at once. Its training is a script that copies what it came to, its build a script too:
/// everything but dotnet is real.
/// </summary>
internal sealed class TinyRepository : IDisposable
{
    /// <summary>What a commit comes to that does not compile.</summary>
    public const string CompilerError = "Model.cs(3,1): error CS1002: ; expected";

    private readonly TemporaryFolder folder = new();
    private readonly List<string> hashes;

    /// <summary>Makes it.</summary>
    /// <param name="commits">Its commits.</param>
    public TinyRepository(params IReadOnlyList<Commit> commits)
    {
        Path = folder.Folder("repository");
        var stream = new StringBuilder();
        for (var i = 0; i < commits.Count; i++)
        {
            var commit = commits[i];
            var message = commit.Message ?? $"commit {i}";
            stream.Append($"commit refs/heads/main\nmark :{i + 1}\ncommitter A U Thor <a@b> {1_700_000_000 + i} +0000\n");
            Data(stream, message);
            stream.Append(i > 0 ? $"from :{i}\n" : "");
            File(stream, "build.sh", commit.Builds ? "exit 0\n" : $"echo '{CompilerError}'\nexit 1\n");
            File(stream, "run.sh", commit.Script ?? "cp run.golden \"$PPYOLO_GOLDEN_OUT/model.golden\"\n");
            File(stream, "run.golden", commit.Run is { } run ? GoldenText.Format(run) + "\n" : "nothing\n");
            if (commit.Golden is { } golden)
            {
                File(stream, "goldens/model.verified.golden", golden + "\n");
            }
        }

        folder.Write("stream", stream.ToString());
        Git.Run(folder.Path, "init", "-q", "-b", "main", Path);
        var (exitCode, _, errors) = ChildProcess.Run(
            "/bin/sh",
            ["-c", "git fast-import --quiet < ../stream && git checkout -q main"],
            folder: Path
        );
        exitCode.Should().Be(0, errors);
        hashes = [.. Git.Run(Path, "rev-list", "--reverse", "main").Split('\n')];
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The commands that build and run a commit; each build leaves a line in <see cref="Log"/>.</summary>
    public TheoryChoice Choice => new(Build: $"echo x >> '{Log}'; sh build.sh", Run: "sh run.sh");

    /// <summary>How many builds there were.</summary>
    public int Builds => System.IO.File.Exists(Log) ? System.IO.File.ReadAllLines(Log).Length : 0;

    /// <summary>Has a line for each build.</summary>
    public string Log => folder.File("log");

    /// <summary>A commit's hash.</summary>
    public string this[int commit] => hashes[commit];

    /// <summary>A golden whose twins were 1e-4 away.</summary>
    public static string Golden() => GoldenText.Format(Runs.Golden());

    /// <summary>A history: golden and run of the first commit, and what changes.</summary>
    /// <param name="count">Commits.</param>
    /// <param name="change">Changes the commit of a number.</param>
    public static Commit[] History(int count, Func<int, Commit, Commit>? change = null) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => (change ?? ((_, same) => same))(i, new() { Run = Runs.Run(), Golden = i == 0 ? Golden() : null })),
        ];

    public void Dispose() => folder.Dispose();

    private static void File(StringBuilder stream, string path, string content)
    {
        stream.Append($"M 100644 inline {path}\n");
        Data(stream, content);
    }

    private static void Data(StringBuilder stream, string content) =>
        stream.Append($"data {Encoding.UTF8.GetByteCount(content)}\n{content}\n");

    /// <summary>A commit of it.</summary>
    internal sealed record Commit
    {
        /// <summary>Its message; its number unless given.</summary>
        public string? Message { get; init; }

        /// <summary>Whether it compiles.</summary>
        public bool Builds { get; init; } = true;

        /// <summary>What its training comes to.</summary>
        public GoldenRecord? Run { get; init; }

        /// <summary>Its training; null copies <see cref="Run"/>.</summary>
        public string? Script { get; init; }

        /// <summary>A golden that it brings; null brings none.</summary>
        public string? Golden { get; init; }
    }
}
