namespace PPYolo.Align.Files;

/// <summary>A folder for what is in between, which is gone afterwards, also when a signal ends the program.</summary>
public sealed class WorkFolder : IDisposable
{
    private const int Tries = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly IDisposable onInterrupt;

    /// <summary>Makes the folder.</summary>
    /// <param name="prefix">What its name begins with.</param>
    /// <exception cref="AlignException">The folder for temporary files cannot be written.</exception>
    public WorkFolder(string prefix)
    {
        try
        {
            onInterrupt = Interruption.On(() => Path = Directory.CreateTempSubdirectory(prefix).FullName, Remove);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AlignException(
                $"{System.IO.Path.GetTempPath()}: no temporary folder can be made there ({error.Message.TrimEnd('.')}); set TMPDIR to a "
                    + "folder that can be written and has space",
                error
            );
        }
    }

    /// <summary>The folder.</summary>
    public string Path { get; private set; } = "";

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
