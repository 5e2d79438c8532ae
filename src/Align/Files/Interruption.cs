namespace PPYolo.Align.Files;

/// <summary>What is to be done when a signal ends the program: temporary folders removed, children ended, locks given back.</summary>
public static class Interruption
{
    private static readonly EndingActions Program = new();

    /// <summary>
    /// Begins something, and has something done when the program is interrupted, until the result is disposed. While the program is being
    /// ended nothing is begun, and this waits for the end.
    /// </summary>
    /// <param name="begin">
    /// Makes the folder or starts the child. Between it and the registration no signal can end the program; what it throws, this throws.
    /// </param>
    /// <param name="action">What ends or removes that. More than once does no harm.</param>
    public static IDisposable On(Action begin, Action action) => Program.On(begin, action);

    /// <summary>The same for what is there already: while the program is being ended, it is done at once.</summary>
    /// <param name="action">What ends or removes that. More than once does no harm.</param>
    public static IDisposable On(Action action) => Program.On(action);

    /// <summary>
    /// Returns unless the program is being ended, of which it waits for the end: a thread whose child was ended must not take that for the
    /// child's answer, nor start another. The thread that cleans up may go on.
    /// </summary>
    public static void HoldWhileEnding() => Program.HoldWhileEnding();

    /// <summary>Does it, the last first: a child ends before the folder goes that it works in.</summary>
    public static void CleanUp() => Program.CleanUp();
}
