using System.Diagnostics;

namespace PPYolo.Align.Files;

/// <summary>What is to be done when a program is ended, and that nothing is begun afterwards; see <see cref="Interruption"/>.</summary>
internal sealed class EndingActions
{
    private readonly Lock guard = new();
    private readonly List<Action> actions = [];
    private Thread? ending;

    /// <summary>
    /// Begins something, and has something done when the program is interrupted, until the result is disposed. While the program is being
    /// ended nothing is begun, and this waits for the end.
    /// </summary>
    /// <param name="begin">
    /// Makes the folder or starts the child. Between it and the registration no signal can end the program; what it throws, this throws.
    /// </param>
    /// <param name="action">What ends or removes that. More than once does no harm.</param>
    public IDisposable On(Action begin, Action action)
    {
        lock (guard)
        {
            if (ending is null || ending == Thread.CurrentThread)
            {
                begin();
                actions.Add(action);
                return new Registration(this, action);
            }
        }

        HoldWhileEnding();
        throw new UnreachableException();
    }

    /// <summary>The same for what is there already: while the program is being ended, it is done at once.</summary>
    public IDisposable On(Action action)
    {
        lock (guard)
        {
            if (ending is null || ending == Thread.CurrentThread)
            {
                actions.Add(action);
                return new Registration(this, action);
            }
        }

        // Its turn was before it was there.
        action();
        HoldWhileEnding();
        throw new UnreachableException();
    }

    /// <summary>
    /// Returns unless the program is being ended, of which it waits for the end: a thread whose child was ended must not take that for the
    /// child's answer, nor start another. The thread that cleans up may go on.
    /// </summary>
    public void HoldWhileEnding()
    {
        if (Volatile.Read(ref ending) is { } cleaner && cleaner != Thread.CurrentThread)
        {
            Thread.Sleep(Timeout.Infinite);
        }
    }

    /// <summary>Does it, the last first: a child ends before the folder goes that it works in.</summary>
    public void CleanUp()
    {
        Action[] all;
        lock (guard)
        {
            Volatile.Write(ref ending, Thread.CurrentThread);
            all = [.. actions.AsEnumerable().Reverse()];
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

    private sealed class Registration(EndingActions owner, Action action) : IDisposable
    {
        public void Dispose()
        {
            lock (owner.guard)
            {
                owner.actions.Remove(action);
            }
        }
    }
}
