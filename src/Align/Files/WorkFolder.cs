namespace PPYolo.Align.Files;

/// <summary>A folder for what is in between, which is gone afterwards, also when a signal ends the program.</summary>
public sealed class WorkFolder : IDisposable
{
    private const int Tries = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly IDisposable onInterrupt;

    /// <summary>Makes the folder.</summary>
    /// <param name="prefix">What its name begins with.</param>
    public WorkFolder(string prefix)
    {
        Path = Directory.CreateTempSubdirectory(prefix).FullName;
        onInterrupt = Interruption.On(Remove);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The path of what is in it, or will be.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc />
    public void Dispose()
    {
        Remove();
        onInterrupt.Dispose();
    }

    private void Remove()
    {
        // When a signal ends the program, its threads still write.
        for (var i = 0; Directory.Exists(Path); i++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException) when (i < Tries)
            {
                Thread.Sleep(Pause);
            }
        }
    }
}
