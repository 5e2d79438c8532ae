using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using PPYolo.Align.Files;
using PPYolo.Align.Json;

namespace PPYolo.Align.Records;

/// <summary>random.json of a record: where a run's random generators stood.</summary>
/// <param name="Version">The version of the layout: 2.</param>
/// <param name="Iterations">Each iteration that was recorded, in order.</param>
public sealed record RandomAudit(int Version, IReadOnlyList<RandomStates> Iterations)
{
    /// <summary>The file in a record folder.</summary>
    public const string FileName = "random.json";

    /// <summary>The version that is written; 1 is read as well.</summary>
    public const int CurrentVersion = 2;

    /// <summary>What lies before a batch.</summary>
    public const string Loading = "loading the batch";

    /// <summary>What lies between a batch and its losses.</summary>
    public const string ForwardPass = "the forward pass";

    /// <summary>The points of an iteration at which the generators are looked at, in order, and what lies right before each.</summary>
    public static ImmutableArray<(string Before, Func<RandomStates, IReadOnlyDictionary<string, string>?> State)> Points { get; } =
    [
        (Loading, states => states.Data),
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

        var audit = StrictJson.Parse<RandomAudit>(InputFile.ReadText(path), path, NameGenerators);
        return audit.Version is CurrentVersion or 1
            ? audit
            : throw new AlignException(
                $"{path}: expected version {CurrentVersion}, found {audit.Version}; take a newer program, or remove the file"
            );
    }

    /// <summary>Writes that of a folder.</summary>
    internal static void Write(string folder, IReadOnlyList<RandomStates> iterations) =>
        AtomicText.Write(Path.Combine(folder, FileName), StrictJson.Text(new RandomAudit(CurrentVersion, iterations)));

    /// <summary>Version 1 has one hash of all generators.</summary>
    private static void NameGenerators(JsonObject audit)
    {
        foreach (var states in (audit["iterations"] as JsonArray ?? []).OfType<JsonObject>())
        {
            foreach (var (phase, hash) in states.Where(member => member.Key != "module").ToList())
            {
                if (hash?.GetValueKind() == JsonValueKind.String)
                {
                    states[phase] = new JsonObject { ["all"] = hash.GetValue<string>() };
                }
            }
        }
    }
}
