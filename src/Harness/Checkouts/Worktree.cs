using PPYolo.Align;
using PPYolo.Align.Files;

namespace PPYolo.Harness.Checkouts;

/// <summary>A commit checked out beside the repository. The checkout is gone afterwards, also when a signal ends the program.</summary>
internal sealed class Worktree : IDisposable
{
    private readonly string root;
    private readonly IDisposable onInterrupt;

    /// <summary>Checks out. Hooks of the repository do not run: they are for somebody who works there.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="path">The folder to check out into, which git makes.</param>
    /// <exception cref="AlignException">There is no space for it, or it cannot be written.</exception>
    public Worktree(string root, string commit, string path)
    {
        (this.root, Path) = (root, path);
        onInterrupt = Interruption.On(() => Remove(root, path));
        try
        {
            Git.Run(root, "-c", "core.hooksPath=/dev/null", "worktree", "add", "--detach", path, commit);
            if (File.Exists(System.IO.Path.Combine(path, ".gitmodules")))
            {
                Git.Run(path, "submodule", "update", "--init", "--recursive");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The checkout.</summary>
    public string Path { get; }

    /// <summary>Removes a checkout that a program left which was killed.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="path">The folder of the checkout, which may be gone.</param>
    public static void RemoveLeft(string root, string path) => Remove(root, path);

    /// <inheritdoc />
    public void Dispose()
    {
        Remove(root, Path);
        onInterrupt.Dispose();
    }

    private static void Remove(string root, string path)
    {
        try
        {
            // Twice: also where somebody has locked it.
            Git.Run(root, "worktree", "remove", "--force", "--force", path);
        }
        catch (AlignException)
        {
            // It was never made, or something in it is in use: of a folder that is gone git forgets the worktree.
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }

            Git.Run(root, "worktree", "prune");
        }
    }
}
