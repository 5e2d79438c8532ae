namespace PPYolo.Align.Files;

/// <summary>What is to be done when a signal ends the program: temporary folders removed, children ended, locks given back.</summary>
public static class Interruption
{
    private static readonly Lock Guard = new();
    private static readonly List<Action> Actions = [];

    /// <summary>Has something done when the program is interrupted, until the result is disposed.</summary>
    public static IDisposable On(Action action)
    {
        lock (Guard)
        {
            Actions.Add(action);
        }

        return new Registration(action);
    }

    /// <summary>Does it, the last first: a child ends before the folder goes that it works in.</summary>
    public static void CleanUp()
    {
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
