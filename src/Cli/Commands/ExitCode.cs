namespace PPYolo.Cli.Commands;

/// <summary>What the program's exit codes mean.</summary>
public static class ExitCode
{
    /// <summary>Aligned, or done.</summary>
    public const int Aligned = 0;

    /// <summary>Diverged.</summary>
    public const int Diverged = 1;

    /// <summary>Wrong use, or input that cannot be used.</summary>
    public const int WrongUse = 2;

    /// <summary>Failed inside.</summary>
    public const int Failed = 3;
}
