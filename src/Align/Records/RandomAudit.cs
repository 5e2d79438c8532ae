using System.Collections.Immutable;
using PPYolo.Align.Files;
using PPYolo.Align.Json;

namespace PPYolo.Align.Records;

/// <summary>random.json of a record: where a run's random generators stood.</summary>
/// <param name="Version">The version of the layout: 1.</param>
/// <param name="Iterations">Each iteration that was recorded, in order.</param>
public sealed record RandomAudit(int Version, IReadOnlyList<RandomStates> Iterations)
{
    /// <summary>The file in a record folder.</summary>
    public const string FileName = "random.json";

    /// <summary>The version that is read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>What lies between a batch and its losses.</summary>
    public const string ForwardPass = "the forward pass";

    /// <summary>The points of an iteration at which the generators are looked at, in order, and what lies right before each.</summary>
    public static ImmutableArray<(string Before, Func<RandomStates, string?> State)> Points { get; } =
    [
        ("loading the batch", states => states.Data),
        (ForwardPass, states => states.Forward),
        ("the backward pass", states => states.Backward),
        ("optimizer and average", states => states.Weights),
    ];

    /// <summary>Reads that of a folder, or null where there is none.</summary>
    /// <exception cref="AlignException">It is malformed, or of another version.</exception>
    public static RandomAudit? TryRead(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        var audit = StrictJson.Parse<RandomAudit>(InputFile.ReadText(path), path);
        return audit.Version == CurrentVersion
            ? audit
            : throw new AlignException(
                $"{path}: expected version {CurrentVersion}, found {audit.Version}; take a newer program, or remove the file"
            );
    }
}
