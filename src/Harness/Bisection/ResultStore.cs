using System.Globalization;
using System.IO.Hashing;
using System.Text;
using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Golden;
using PPYolo.Align.Json;
using PPYolo.Align.Locks;

namespace PPYolo.Harness.Bisection;

/// <summary>
/// Keeps what commits came to in a folder of the repository's .git: a folder for each commit, with its runs and result.json, which is
/// written last. What is there is not built again, by this bisection when it goes on, or by another.
/// </summary>
internal sealed class ResultStore : IDisposable
{
    private const string FileName = "result.json";

    private readonly FolderLock alone;
    private readonly string workFile;

    /// <summary>Opens the store of a plan.</summary>
    /// <param name="gitFolder">The .git folder that all worktrees share.</param>
    /// <param name="plan">How commits are built and run, and where: what the results depend on besides the commit.</param>
    /// <exception cref="AlignException">Somebody else bisects, or the folder cannot be written.</exception>
    public ResultStore(string gitFolder, string plan)
    {
        var hash = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(plan)).ToString("x16", CultureInfo.InvariantCulture);
        Folder = Path.Combine(gitFolder, "ppyolo", "bisect", hash);
        // For all plans: bisections would fight over the cores, and each removes what a killed one left.
        alone = FolderLock.Take(Path.GetDirectoryName(Folder)!);
        Directory.CreateDirectory(Folder);
        AtomicText.Write(Path.Combine(Folder, "plan.txt"), plan);
        workFile = Path.Combine(Path.GetDirectoryName(Folder)!, "work.txt");
    }

    /// <summary>The temporary folder that a bisection left which was killed; null where none did.</summary>
    public string? Left =>
        File.Exists(workFile) && InputFile.ReadText(workFile).TrimEnd() is var left && Directory.Exists(left) ? left : null;

    /// <summary>Notes the temporary folder of this bisection, which goes before the store does.</summary>
    public void Note(string work) => AtomicText.Write(workFile, work);

    /// <summary>Where the results are.</summary>
    public string Folder { get; }

    /// <summary>What a commit came to; null where that is not known.</summary>
    public CommitResult? Find(string commit)
    {
        var file = Path.Combine(Folder, commit, FileName);
        try
        {
            return
                File.Exists(file)
                && StrictJson.Parse<CommitResult>(InputFile.ReadText(file), file) is { Version: CommitResult.Present } found
                && found.Commit == commit
                ? found with
                {
                    Runs = Path.Combine(Folder, commit),
                }
                : null;
        }
        catch (AlignException)
        {
            // Damaged: it is made again.
            return null;
        }
    }

    /// <summary>Keeps what a commit came to.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="problem">Why it cannot be judged, or null.</param>
    /// <param name="remark">What was said of a theory that failed, or null.</param>
    /// <param name="builds">Whether it was built.</param>
    /// <param name="runs">The folder of its runs, which may be missing.</param>
    /// <exception cref="AlignException">The store cannot be written, or is another program's by now.</exception>
    public CommitResult Add(string commit, string? problem, string? remark, bool builds, string runs)
    {
        alone.Require();
        var folder = Path.Combine(Folder, commit);
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            Directory.CreateDirectory(folder);
            foreach (var file in Directory.Exists(runs) ? Directory.EnumerateFiles(runs, $"*.{GoldenText.Extension}") : [])
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AlignException(
                $"{folder}: results cannot be kept there ({error.Message.TrimEnd('.')}); check its rights and the space on the disk, and "
                    + "run the same again to go on",
                error
            );
        }

        var result = new CommitResult
        {
            Version = CommitResult.Present,
            Commit = commit,
            Problem = problem,
            Remark = remark,
            Builds = builds,
            Runs = folder,
        };
        AtomicText.Write(Path.Combine(folder, FileName), StrictJson.Text(result));
        return result;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        File.Delete(workFile);
        alone.Dispose();
    }
}
