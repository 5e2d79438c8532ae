using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace PPYolo.Train.Ranks.Mpi;

/// <summary>Ends the processes of all ranks with one message.</summary>
internal sealed partial class MpiEnd(MpiFunctions mpi)
{
    private int ending;

    /// <summary>This rank, once it is known.</summary>
    public int Rank { get; set; }

    /// <summary>Whether the end has begun, so that nothing may wait for other ranks any more.</summary>
    public bool Begun => Volatile.Read(ref ending) != 0;

    /// <summary>Writes the failure to the error output and ends all ranks. Where several see the same failure, the lowest writes and the others are ended by it.</summary>
    [DoesNotReturn]
    public void All(RankFailureException failure, int exitCode)
    {
        if (Interlocked.Exchange(ref ending, 1) != 0)
        {
            // Another thread of this process is at it.
            Thread.Sleep(Timeout.Infinite);
        }

        // Three seconds at most: a rank beyond the tenth waits no longer for its turn than a user would.
        Thread.Sleep(300 * Math.Min(Rank, 10));
        Say(failure.Message);
        // The launcher stops reading a rank's output when that rank asks for the end of all.
        Thread.Sleep(100);
        mpi.Abort(exitCode);
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
        Console.Error.Write($"ppyolo: {message}{Environment.NewLine}");
        Console.Error.Flush();
    }

    // Without .NET's own shutdown, which would wait for threads that are inside the MPI library.
    [DoesNotReturn]
    private static void Now(int exitCode)
    {
        Exit(exitCode);
        throw new System.Diagnostics.UnreachableException();
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
