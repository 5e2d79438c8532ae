using System.Text;
using PPYolo.Align.Files;

namespace PPYolo.Align.Locks;

/// <summary>
/// Keeps a folder for one writer. The file ppyolo.lock in it says who that is, and stays open: the operating system knows who holds it,
/// and lets go of it when the process ends, however that comes. Other machines, whose system may not know, go by its heartbeat.
/// </summary>
public sealed class FolderLock : IDisposable
{
    /// <summary>The file's name.</summary>
    public const string FileName = "ppyolo.lock";

    // A machine that was silent for so long is taken to have lost its writer.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // There already, and held: errno of Linux (17, 11) and macOS (17, 35), and what Windows says.
    private static readonly int[] Anothers = [17, 11, 35, unchecked((int)0x80070050), unchecked((int)0x80070020)];

    private readonly string path;
    private readonly bool madeFolder;
    private readonly FileStream file;
    private readonly Timer timer;
    private readonly IDisposable? onInterrupt;
    private readonly Lock writing = new();
    private LockHolder holder;
    private bool disposed;

    private FolderLock(string path, FileStream file, LockHolder holder, bool madeFolder)
    {
        (this.path, this.file, this.holder, this.madeFolder) = (path, file, holder, madeFolder);
        timer = new Timer(_ => Write(), null, Beat, Beat);
        onInterrupt = Interruption.On(Dispose);
    }

    private enum State
    {
        Gone,
        Held,
        Free,
    }

    /// <summary>Takes a folder, which is made where it is not there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="patience">How long to wait for another writer; not at all unless given.</param>
    /// <exception cref="AlignException">Somebody else writes into it, or it cannot be written.</exception>
    public static FolderLock Take(string folder, TimeSpan patience = default)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            var made = !Directory.Exists(folder);
            for (var waited = TimeSpan.Zero; ; waited += Pause)
            {
                // Whoever gives it back may remove the folder too.
                Directory.CreateDirectory(folder);
                if (TryTake(path) is var (file, holder) && file is not null)
                {
                    return new(path, file, holder, made);
                }

                if (Examine(path, out var other) == State.Held && waited >= patience)
                {
                    throw new AlignException(
                        $"{folder}: is being written by {other?.ToString() ?? "another process"}; wait for it, end it, or name another "
                            + "folder"
                    );
                }

                Thread.Sleep(Pause);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new AlignException(
                $"{folder}: the folder cannot be made or written ({error.Message.TrimEnd('.')}); check its rights, or name another",
                error
            );
        }
    }

    /// <summary>Requires that the lock is still this process's: one that was suspended may have lost it.</summary>
    /// <exception cref="AlignException">Somebody else has taken the folder, or removed the file.</exception>
    public void Require()
    {
        var found = LockHolder.Read(path);
        if (found?.Token != holder.Token)
        {
            throw new AlignException(
                $"{path}: this run lost its folder to {found?.ToString() ?? "somebody who removed the file"}, perhaps while it was "
                    + $"suspended, and stops; nothing more is written"
            );
        }
    }

    /// <summary>Lets others write; removes the file, and the folder where it was made for nothing.</summary>
    public void Dispose()
    {
        lock (writing)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
        }

        timer.Dispose();
        // Null while the program is being ended already when this is made.
        onInterrupt?.Dispose();
        try
        {
            // While it is held, so that it cannot be another's.
            if (LockHolder.Read(path)?.Token == holder.Token)
            {
                File.Delete(path);
            }

            file.Dispose();
            if (madeFolder && !Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Path.GetFullPath(path))!).Any())
            {
                Directory.Delete(Path.GetDirectoryName(Path.GetFullPath(path))!);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A lock that nobody holds is none.
        }
    }

    /// <summary>Makes the file, or takes one that nobody holds out of the way.</summary>
    private static (FileStream? File, LockHolder Holder) TryTake(string path)
    {
        var holder = LockHolder.Here();
        FileStream file;
        try
        {
            // Sharing with nobody is what the operating system holds until the process ends.
            file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        }
        catch (IOException error) when (IsAnothers(error) || File.Exists(path))
        {
            // Somebody has it, or left it.
            Examine(path, out _, holder);
            return (null, holder);
        }

        try
        {
            holder.Write(file);
            // Between making and holding it somebody may have taken it for one that was left, and removed it.
            if (LockHolder.Read(path)?.Token == holder.Token)
            {
                return (file, holder);
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return (null, holder);
    }

    /// <summary>Whether a file was not made because it was there or was held, or its folder is gone: it may be gone, too, by now.</summary>
    private static bool IsAnothers(IOException error) => error is DirectoryNotFoundException || Anothers.Contains(error.HResult);

    /// <summary>Finds out whether somebody holds a lock.</summary>
    /// <param name="path">The lock.</param>
    /// <param name="holder">Who it names.</param>
    /// <param name="remover">Given, removes one that nobody holds, in its name.</param>
    private static State Examine(string path, out LockHolder? holder, LockHolder? remover = null)
    {
        holder = LockHolder.Read(path);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 0);
            using var reader = new StreamReader(file, Encoding.UTF8);
            holder = LockHolder.Parse(reader.ReadToEnd());
            if (holder is { } other && other.Host != Environment.MachineName && DateTime.UtcNow - other.Heartbeat < Silence)
            {
                return State.Held;
            }

            // Between opening and holding it somebody may have put another in its place: what is written here must stand there.
            remover?.Write(file);
            if (LockHolder.Read(path)?.Token != (remover ?? holder)?.Token)
            {
                return State.Held;
            }

            if (remover is not null)
            {
                File.Delete(path);
            }

            return State.Free;
        }
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return State.Gone;
        }
        catch (IOException)
        {
            return State.Held;
        }
    }

    private void Write()
    {
        lock (writing)
        {
            if (disposed)
            {
                return;
            }

            holder = holder with { Heartbeat = DateTime.UtcNow };
            try
            {
                holder.Write(file);
            }
            catch (IOException)
            {
                // The disk may be full; the next beat tries again.
            }
        }
    }
}
