using System.Text.Json.Nodes;
using PPYolo.Align.Records;
using PPYolo.Train.Options;

namespace PPYolo.Train.Capsules;

/// <summary>What goes into a capsule.</summary>
internal sealed record CapsuleContent
{
    /// <summary>Why it is written.</summary>
    public required CapsuleReason Reason { get; init; }

    /// <summary>The same in a sentence.</summary>
    public required string Found { get; init; }

    /// <summary>Network and recipe.</summary>
    public required TrainOptions Options { get; init; }

    /// <summary>The seed of all that is random.</summary>
    public required string Seed { get; init; }

    /// <summary>The settings of the run.</summary>
    public required JsonObject Run { get; init; }

    /// <summary>The same iterations of each rank.</summary>
    public required IReadOnlyList<IReadOnlyList<BoxedIteration>> Ranks { get; init; }

    /// <summary>What it is trained again from.</summary>
    public required CapsuleSource Source { get; init; }

    /// <summary>What bits may depend on besides settings.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The modules whose outputs were watched.</summary>
    public required IReadOnlyCollection<string> Modules { get; init; }

    /// <summary>The modules of whose outputs there are gradients.</summary>
    public IReadOnlyCollection<string> OutputGradients { get; init; } = [];
}
