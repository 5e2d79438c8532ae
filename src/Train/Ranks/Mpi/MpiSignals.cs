using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PPYolo.Train.Ranks.Mpi;

/// <summary>
/// What a rank does when it is told to end. When a rank is killed, the launcher ends the others with SIGTERM: the last moment to say what
/// they were waiting for. It sends another signal before it, to ranks that are stopped; whoever ends this rank by itself does not.
/// </summary>
internal sealed class MpiSignals : IDisposable
{
    // Both signals come at once, and may be handled in another order.
    private static readonly TimeSpan LauncherHaste = TimeSpan.FromSeconds(0.2);

    private readonly MpiEnd end;
    private readonly MpiExchange exchange;
    private readonly PosixSignalRegistration? continuation;
    private readonly PosixSignalRegistration termination;
    private readonly ManualResetEventSlim continued = new();

    /// <summary>Begins to listen.</summary>
    /// <param name="end">Ends the ranks.</param>
    /// <param name="exchange">Knows what is waited for.</param>
    /// <param name="abort">Ends all ranks with a reason.</param>
    public MpiSignals(MpiEnd end, MpiExchange exchange, Action<string> abort)
    {
        this.end = end;
        this.exchange = exchange;
        continuation = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => continued.Set());
        termination = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            context =>
            {
                if (continued.Wait(LauncherHaste))
                {
                    SayWhatWaits();
                }
                else
                {
                    context.Cancel = true;
                    abort("it was ended by SIGTERM");
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

    private void SayWhatWaits()
    {
        // A rank that is still on its way into the call gets there in this time; the launcher allows a second before it kills.
        for (
            var since = Stopwatch.GetTimestamp();
            !end.Begun && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(0.5);
            Thread.Sleep(20)
        )
        {
            if (exchange.Interrupted() is { } message)
            {
                MpiEnd.Say(message);
                return;
            }
        }
    }
}
