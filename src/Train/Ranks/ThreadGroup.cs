using System.Diagnostics;
using System.Globalization;

// Longer than others: one monitor, whose state is only right if everything that touches it is seen together.
namespace PPYolo.Train.Ranks;

/// <summary>
/// Where the ranks of one process meet. The first failure ends the meetings of all, and nobody waits longer than the timeout for others of
/// whom none gets on: a rank that computes is waited for, however slow the machine is.
/// </summary>
internal sealed class ThreadGroup(int size, TimeSpan timeout)
{
    // Long enough for ranks that arrive together, short enough to leave the core to a rank that still computes: 20 microseconds.
    private static readonly long SpinTicks = Environment.ProcessorCount > 1 ? Stopwatch.Frequency / 50_000 : 0;

    // How often those who wait look whether the others get on.
    private readonly TimeSpan glance = timeout / 20;

    private readonly object gate = new();
    private readonly RankActivity?[] activities = new RankActivity?[size];
    private readonly bool[] here = new bool[size];
    private readonly bool[] left = new bool[size];
    private readonly RankCall?[] last = new RankCall?[size];
    private readonly RankCall[][] calls = [new RankCall[size], new RankCall[size]];
    private readonly RankFailure?[] mismatches = new RankFailure?[2];
    private readonly bool[] running = [.. Enumerable.Repeat(true, size)];
    private int arrived;
    private volatile int generation;
    private volatile RankFailure? failure;
    private DateTime failedAt;
    private long lookedAt;
    private long advancedAt;
    private bool timedOut;

    /// <summary>A rank begins its work, on the calling thread.</summary>
    public void Enter(int rank)
    {
        lock (gate)
        {
            activities[rank] = new RankActivity();
        }
    }

    /// <summary>Starts a call: returns when every rank has started the same one.</summary>
    /// <param name="rank">The rank that calls.</param>
    /// <param name="parity">0 or 1, changing from call to call: a rank is at most one call ahead of another.</param>
    /// <param name="call">The call.</param>
    public void Start(int rank, int parity, RankCall call)
    {
        int mine;
        lock (gate)
        {
            ThrowIfFailed(call);
            calls[parity][rank] = call;
            last[rank] = call;
            if (Array.IndexOf(left, true) is >= 0 and var gone)
            {
                Fail(new RankFailure(gone, call, $"it ended its work while the others are in {call}"));
                ThrowIfFailed(call);
            }

            mine = generation;
            if (Arrive(rank))
            {
                mismatches[parity] = CallAgreement.Check(calls[parity]);
                if (mismatches[parity] is { } found)
                {
                    Fail(found);
                    throw found.Seen(call);
                }

                return;
            }
        }

        Spin(mine);
        var since = Stopwatch.GetTimestamp();
        lock (gate)
        {
            while (generation == mine)
            {
                ThrowIfFailed(call);
                Look();
                var rest = timeout - Stopwatch.GetElapsedTime(Math.Max(since, advancedAt));
                if (rest <= TimeSpan.Zero)
                {
                    timedOut = true;
                    Fail(Missing(call));
                    ThrowIfFailed(call);
                }

                Monitor.Wait(gate, (rest < glance ? rest : glance) + TimeSpan.FromMilliseconds(1));
            }

            // Whoever comes last checks for all who came to that call.
            if (mismatches[parity] is { } mismatch)
            {
                throw mismatch.Seen(call);
            }
        }
    }

    /// <summary>
    /// Ends a call in which ranks read or write each other's memory: returns when every rank has finished. It does not end before, whatever
    /// has failed meanwhile, because the memory must outlive the others' access; those are in a loop that ends by itself.
    /// </summary>
    public void Finish(int rank)
    {
        int mine;
        lock (gate)
        {
            mine = generation;
            if (Arrive(rank))
            {
                return;
            }
        }

        Spin(mine);
        lock (gate)
        {
            while (generation == mine)
            {
                Monitor.Wait(gate);
            }
        }
    }

    /// <summary>Ends everybody's calls; the first failure counts.</summary>
    public void Fail(RankFailure what)
    {
        lock (gate)
        {
            if (failure is null)
            {
                failedAt = DateTime.UtcNow;
                failure = what.SeenIn is null ? what with { SeenIn = WaitingCall() ?? (what.Rank is { } rank ? last[rank] : null) } : what;
                Monitor.PulseAll(gate);
            }
        }
    }

    /// <summary>A rank makes no further call; those that still wait for it fail.</summary>
    public void Leave(int rank)
    {
        lock (gate)
        {
            left[rank] = true;
            if (failure is null && WaitingCall() is { } call)
            {
                Fail(new RankFailure(rank, call, $"it ended its work while the others are in {call}"));
            }
        }
    }

    /// <summary>A rank's thread has ended.</summary>
    public void End(int rank)
    {
        lock (gate)
        {
            running[rank] = false;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>
    /// Waits for all threads; after a failure no longer than the timeout, and hardly at all for a rank that the others have already waited
    /// for.
    /// </summary>
    /// <returns>The failure, or null.</returns>
    public RankFailure? WaitForEnd()
    {
        lock (gate)
        {
            while (Array.IndexOf(running, true) >= 0)
            {
                if (failure is null)
                {
                    Monitor.Wait(gate);
                    continue;
                }

                var patience = timedOut ? TimeSpan.FromSeconds(Math.Min(1, timeout.TotalSeconds)) : timeout;
                var rest = failedAt + patience - DateTime.UtcNow;
                if (rest <= TimeSpan.Zero)
                {
                    break;
                }

                Monitor.Wait(gate, rest);
            }

            return failure;
        }
    }

    /// <summary>Where a rank is, for a message about it.</summary>
    public string Whereabouts(int rank)
    {
        lock (gate)
        {
            return last[rank] is { } call ? $"after {call}" : "before its first call";
        }
    }

    /// <summary>Notes whether one of those who are missing gets on.</summary>
    private void Look()
    {
        if (Stopwatch.GetElapsedTime(lookedAt) < glance)
        {
            return;
        }

        lookedAt = Stopwatch.GetTimestamp();
        var advanced = false;
        for (var rank = 0; rank < size; rank++)
        {
            // Each is asked: what one did while another got on must not count for it later.
            advanced |= !here[rank] && activities[rank] is { } activity && activity.HasAdvanced();
        }

        advancedAt = advanced ? lookedAt : advancedAt;
    }

    private bool Arrive(int rank)
    {
        here[rank] = true;
        advancedAt = Stopwatch.GetTimestamp();
        if (++arrived < size)
        {
            return false;
        }

        arrived = 0;
        Array.Clear(here);
        generation++;
        Monitor.PulseAll(gate);
        return true;
    }

    private void Spin(int mine)
    {
        var since = Stopwatch.GetTimestamp();
        while (generation == mine && failure is null && Stopwatch.GetTimestamp() - since < SpinTicks)
        {
            Thread.SpinWait(20);
        }
    }

    private RankCall? WaitingCall() => Array.IndexOf(here, true) is >= 0 and var rank ? last[rank] : null;

    private RankFailure Missing(RankCall call)
    {
        var missing = Enumerable.Range(0, size).Where(rank => !here[rank]).ToList();
        var others = missing.Count > 1 ? $", nor did rank {string.Join(", ", missing.Skip(1))}" : "";
        var seconds = timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        return new RankFailure(missing[0], call, $"it did not arrive within {seconds} s{others}; it is {Whereabouts(missing[0])}");
    }

    private void ThrowIfFailed(RankCall call)
    {
        if (failure is { } known)
        {
            throw known.Seen(call);
        }
    }
}
