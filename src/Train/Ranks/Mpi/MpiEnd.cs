using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace PPYolo.Train.Ranks.Mpi;

/// <summary>Ends the processes of all ranks with one message.</summary>
internal sealed unsafe partial class MpiEnd(MpiFunctions mpi, int rank, int size)
{
    private const int Tag = 9;
    private const int ToldTag = 11;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(0.3);

    // Long enough for the others to hear of it, and for the launcher to read the message: it stops reading when a rank asks for the end of
    // all.
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(0.1);

    // The launcher allows a second before it kills.
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(0.6);

    private int ending;

    /// <summary>Whether this rank has begun the end, or another has said that it does: nothing may wait for other ranks any more.</summary>
    public bool Begun => Volatile.Read(ref ending) != 0 || mpi.Arrived(Tag);

    /// <summary>
    /// Writes a message to the error output and ends all ranks. Where several see the same they take turns, and the first one's turn ends
    /// the others.
    /// </summary>
    [DoesNotReturn]
    public void All(string message, int exitCode)
    {
        if (Interlocked.Exchange(ref ending, 1) != 0)
        {
            // Another thread of this process is at it.
            Thread.Sleep(Timeout.Infinite);
        }

        // At most ten turns: beyond that the wait would be worse than a second message. MPI moves messages while somebody asks.
        var turn = Turn * Math.Min(rank, 10);
        var isTold = mpi.Arrived(Tag);
        for (var since = Stopwatch.GetTimestamp(); !isTold && Stopwatch.GetElapsedTime(since) < turn; isTold = mpi.Arrived(Tag))
        {
            Thread.Sleep(5);
        }

        if (!isTold)
        {
            Say(message);
            Tell();
            mpi.Abort(exitCode);
        }

        Quietly(exitCode);
    }

    /// <summary>Ends this process after another rank has said why.</summary>
    [DoesNotReturn]
    public static void Quietly(int exitCode)
    {
        // The launcher is faster, and its own report is better when the first process to end is the one that failed.
        Thread.Sleep(TimeSpan.FromSeconds(3));
        Now(exitCode);
    }

    /// <summary>Ends this process where the library itself does not answer; the launcher ends the others.</summary>
    [DoesNotReturn]
    public static void Alone(string message, int exitCode)
    {
        Say(message);
        Now(exitCode);
    }

    /// <summary>Writes a message in one piece, so that those of several processes do not mix.</summary>
    public static void Say(string message)
    {
        // Not through Console.Error, which another thread may hold while the process ends.
        using var error = Console.OpenStandardError();
        error.Write(System.Text.Encoding.UTF8.GetBytes($"ppyolo: {message}\n"));
    }

    /// <summary>
    /// Tells the others that the launcher ends this rank, and waits a moment for the same from them. A rank that was killed, or has ended
    /// by itself, is silent; where none is, somebody had the launcher end all.
    /// </summary>
    /// <returns>The silent ranks, in their order; null where a rank has said why all end.</returns>
    public IReadOnlyList<int>? SilentRanks()
    {
        byte note = 0;
        var requests = stackalloc nint[size];
        Send(&note, requests, ToldTag);
        var silent = Enumerable.Range(0, size).Where(other => other != rank).ToList();
        for (var since = Stopwatch.GetTimestamp(); silent.Count > 0 && Stopwatch.GetElapsedTime(since) < Answer; Thread.Sleep(5))
        {
            if (Begun)
            {
                return null;
            }

            silent.RemoveAll(other => mpi.Arrived(ToldTag, other));
        }

        // Whatever else this rank comes to, it says no more.
        return Interlocked.Exchange(ref ending, 1) != 0 || mpi.Arrived(Tag) ? null : silent;
    }

    private void Tell()
    {
        byte note = 0;
        var requests = stackalloc nint[size];
        Send(&note, requests, Tag);
        // MPI moves messages while somebody asks.
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < Notice; Thread.Sleep(5))
        {
            mpi.Arrived(Tag);
        }
    }

    private void Send(byte* note, nint* requests, int tag)
    {
        try
        {
            for (var other = 0; other < size; other++)
            {
                if (other != rank)
                {
                    mpi.Send((nint)note, 1, other, tag, requests + other);
                }
            }
        }
        catch (MpiException)
        {
            // They end by the launcher all the same.
        }
    }

    // Without .NET's own shutdown, which would wait for threads that are inside the MPI library.
    [DoesNotReturn]
    private static void Now(int exitCode)
    {
        Exit(exitCode);
        throw new UnreachableException();
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);

    /// <summary>Calls what waits for all ranks without an end of its own.</summary>
    /// <param name="function">The MPI function.</param>
    /// <param name="timeout">How long all may take to arrive.</param>
    /// <param name="call">Calls it.</param>
    public static TResult Guarded<TResult>(string function, TimeSpan timeout, Func<TResult> call)
    {
        using var watch = new Timer(
            _ =>
                Alone(
                    $"rank unknown failed, seen in {function}: not all ranks arrived within {timeout.TotalSeconds:0.###} s",
                    RankFailure.ExitCode
                ),
            null,
            timeout,
            Timeout.InfiniteTimeSpan
        );
        return call();
    }
}
