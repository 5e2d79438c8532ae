using PPYolo.Align;
using PPYolo.Train.Ranks.Mpi;
using PPYolo.Train.Runtime;

namespace PPYolo.Train.Ranks;

/// <summary>Finds out who trains together, and lets them.</summary>
public static class RankLauncher
{
    /// <summary>Who trains together, from what was asked for and from how the process was started.</summary>
    /// <param name="ranks">What --ranks says, or null.</param>
    /// <param name="launch">How the process was started: <see cref="MpiLaunch.Current"/>.</param>
    /// <exception cref="AlignException">Both say something, or a number of ranks is not positive.</exception>
    public static RanksKind Decide(int? ranks, MpiLaunch? launch)
    {
        if (ranks < 1)
        {
            throw new AlignException($"--ranks is 1 or more, found {ranks}");
        }

        if (ranks is not null && launch is not null)
        {
            throw new AlignException(
                $"--ranks {ranks}: {launch.Launcher} has already started this process as one of {launch.Size} ranks; leave --ranks "
                    + $"away, or start the program without {launch.Launcher}"
            );
        }

        return launch is not null ? RanksKind.Mpi
            : ranks > 1 ? RanksKind.Threads
            : RanksKind.Solo;
    }

    /// <summary>
    /// Runs a body on every rank of this process, each on a thread whose number of torch threads is set: all of them alone and in threads,
    /// one with MPI.
    /// </summary>
    /// <param name="options">How they are started.</param>
    /// <param name="body">What each rank does.</param>
    /// <returns>The results of this process's ranks, by rank; with MPI the one of its own.</returns>
    /// <exception cref="RankFailureException">
    /// A thread rank failed: its own exception is inside. Alone, the exception comes as it is. With MPI a failure writes one message and
    /// ends all processes. </exception>
    public static IReadOnlyList<T> Run<T>(RanksOptions options, Func<IRanks, T> body)
    {
        switch (Decide(options.Ranks, MpiLaunch.Current))
        {
            case RanksKind.Threads:
                return ThreadRanks.Run(options.Ranks!.Value, body, options.Timeout, options.Threads);
            case RanksKind.Mpi:
                TorchThreads.Set(options.Threads);
                return [RunMpi(options.Timeout, body)];
            default:
                TorchThreads.Set(options.Threads);
                using (var solo = new SoloRanks())
                {
                    return [body(solo)];
                }
        }
    }

    private static T RunMpi<T>(TimeSpan timeout, Func<IRanks, T> body)
    {
        using var ranks = MpiRanks.Start(timeout);
        try
        {
            return body(ranks);
        }
        catch (RankDisagreementException exception)
        {
            // No rank failed: each sees the same, and rank 0 says it.
            ranks.EndTogether(exception.Message, 2);
            throw;
        }
#pragma warning disable CA1031 // Whatever ends a rank must end the others.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // Exit code 2 is wrong use, as for a program that runs alone.
            ranks.Abort(RankFailure.CauseOf(exception), exception is AlignException ? 2 : RankFailure.ExitCode);
            throw;
        }
    }
}
