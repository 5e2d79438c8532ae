using System.Runtime.InteropServices;

namespace PPYolo.Train.Ranks.Mpi;

/// <summary>
/// What a rank does when it is told to end. When a rank is killed, and when somebody ends the launcher, the launcher ends the others with
/// SIGTERM: the last moment to say which of the two it was. It sends another signal before it, to ranks that are stopped; whoever ends this
/// rank by itself does not.
/// </summary>
internal sealed class MpiSignals : IDisposable
{
    // Both signals come at once, and may be handled in another order.
    private static readonly TimeSpan LauncherHaste = TimeSpan.FromSeconds(0.2);

    private readonly MpiEnd end;
    private readonly MpiExchange exchange;
    private readonly int rank;
    private readonly PosixSignalRegistration? continuation;
    private readonly PosixSignalRegistration termination;
    private readonly ManualResetEventSlim continued = new();

    /// <summary>Begins to listen.</summary>
    /// <param name="end">Ends the ranks.</param>
    /// <param name="exchange">Knows where this rank is.</param>
    /// <param name="rank">This rank.</param>
    /// <param name="lastWords">Cleans up, and says what is safe; nothing where there is nothing to say.</param>
    /// <param name="abort">Ends all ranks with a reason.</param>
    public MpiSignals(MpiEnd end, MpiExchange exchange, int rank, Func<string?> lastWords, Action<string> abort)
    {
        this.end = end;
        this.exchange = exchange;
        this.rank = rank;
        continuation = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => continued.Set());
        termination = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            context =>
            {
                if (continued.Wait(LauncherHaste))
                {
                    EndByLauncher(lastWords);
                }
                else
                {
                    context.Cancel = true;
                    abort("it was ended by SIGTERM" + Then(lastWords()));
                }
            }
        );
    }

    /// <inheritdoc />
    public void Dispose()
    {
        termination.Dispose();
        continuation?.Dispose();
    }

    private static string Then(string? words) => words is null ? "" : $"; {words}";

    private void EndByLauncher(Func<string?> lastWords)
    {
        if (end.SilentRanks() is not { } silent)
        {
            return;
        }

        var words = lastWords();
        // The first of those that live speaks.
        if (!Enumerable.Range(0, rank).All(silent.Contains))
        {
            return;
        }

        MpiEnd.Say(
            silent.Count == 0
                ? "ended by the launcher" + Then(words)
                : new RankFailureException(
                    silent[0],
                    exchange.Whereabouts,
                    "it has not answered, and the launcher ends all ranks: it was killed or has ended" + Then(words)
                ).Message
        );
    }
}
