using PPYolo.Align.Reports;

namespace PPYolo.Cli.Output;

/// <summary>
/// The console as commands see it. What they say has names from files in it; whatever goes out is escaped here, so that no file can move
/// the cursor, set a terminal's title or hide a line.
/// </summary>
internal sealed class SafeConsole : IDisposable
{
    private static SafeConsole? current;

    private readonly SafeConsole? outer = current;
    private readonly TextWriter output = Console.Out;
    private readonly TextWriter error = Console.Error;

    private SafeConsole()
    {
        current = this;
        Console.SetOut(new PrintableWriter(output));
        Console.SetError(new PrintableWriter(error));
    }

    /// <summary>The console's output as it is, for JSON, which has an escape of its own, and for pictures of progress.</summary>
    public static TextWriter Out => current?.output ?? Console.Out;

    /// <summary>The console's error output as it is, for a line that is written over.</summary>
    public static TextWriter Error => current?.error ?? Console.Error;

    /// <summary>Escapes what is written until it is disposed.</summary>
    public static SafeConsole Install() => new();

    /// <summary>Runs something that draws on the terminal.</summary>
    public static void Draw(Action draw)
    {
        var safe = Console.Out;
        Console.SetOut(Out);
        try
        {
            draw();
        }
        finally
        {
            Console.SetOut(safe);
        }
    }

    public void Dispose()
    {
        Console.Out.Flush();
        Console.SetOut(output);
        Console.SetError(error);
        current = outer;
    }
}
