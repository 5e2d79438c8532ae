namespace PPYolo.Align.Files;

/// <summary>What is to be done when a signal ends the program: temporary folders removed, children ended, locks given back.</summary>
public static class Interruption
{
    private static readonly Lock Guard = new();
    private static readonly List<Action> Actions = [];
    private static Thread? ending;

    /// <summary>
    /// Has something done when the program is interrupted, until the result is disposed. While the program is being ended it is done at
    /// once, and this waits for the end.
    /// </summary>
    public static IDisposable On(Action action)
    {
        lock (Guard)
        {
            Actions.Add(action);
        }

        if (Volatile.Read(ref ending) is { } cleaner && cleaner != Thread.CurrentThread)
        {
            // Its turn may have been before it was there.
            action();
            HoldWhileEnding();
        }

        return new Registration(action);
    }

    /// <summary>
    /// Returns unless the program is being ended, of which it waits for the end: a thread whose child was ended must not take that for the
    /// child's answer, nor start another. The thread that cleans up may go on.
    /// </summary>
    public static void HoldWhileEnding()
    {
        if (Volatile.Read(ref ending) is { } cleaner && cleaner != Thread.CurrentThread)
        {
            Thread.Sleep(Timeout.Infinite);
        }
    }

    /// <summary>Does it, the last first: a child ends before the folder goes that it works in.</summary>
    public static void CleanUp()
    {
        Volatile.Write(ref ending, Thread.CurrentThread);
        Action[] all;
        lock (Guard)
        {
            all = [.. Actions.AsEnumerable().Reverse()];
        }

        foreach (var action in all)
        {
            try
            {
                action();
            }
#pragma warning disable CA1031 // One that fails must not keep the others from being done.
            catch (Exception)
#pragma warning restore CA1031
            {
                // The process ends; there is nobody to tell.
            }
        }
    }

    private sealed class Registration(Action action) : IDisposable
    {
        public void Dispose()
        {
            lock (Guard)
            {
                Actions.Remove(action);
            }
        }
    }
}
