namespace PPYolo.Tests.Shared;

/// <summary>What a program wrote and how it ended.</summary>
internal sealed record ProgramResult(long ExitCode, string Output, string Error, TimeSpan Time)
{
    /// <summary>The lines of the output that a rank wrote with its number in front, in the order in which it wrote them.</summary>
    public IReadOnlyList<string> LinesOf(int rank) =>
        [
            .. Output
                .Split('\n')
                .Select(line => line.TrimEnd('\r'))
                .Where(line => line.StartsWith($"rank {rank} of ", StringComparison.Ordinal)),
        ];

    /// <summary>The program's own messages; launchers add theirs.</summary>
    public IReadOnlyList<string> Messages =>
        [
            .. (Output + '\n' + Error)
                .Split('\n')
                .Select(line => line.TrimEnd('\r'))
                .Where(line => line.StartsWith("ppyolo: ", StringComparison.Ordinal)),
        ];

    /// <inheritdoc />
    public override string ToString() => $"exit code {ExitCode} after {Time.TotalSeconds:F1} s\n{Output}\n{Error}";
}
