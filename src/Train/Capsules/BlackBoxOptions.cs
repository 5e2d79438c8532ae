using System.Text.Json.Nodes;
using PPYolo.Train.Options;

namespace PPYolo.Train.Capsules;

/// <summary>What a <see cref="BlackBox"/> keeps, and where it writes.</summary>
internal sealed record BlackBoxOptions
{
    /// <summary>The run's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>How many of the last iterations are kept.</summary>
    public required int Iterations { get; init; }

    /// <summary>Network and recipe.</summary>
    public required TrainOptions Options { get; init; }

    /// <summary>The seed of all that is random.</summary>
    public required string Seed { get; init; }

    /// <summary>The settings of the run, from which its batches are made again.</summary>
    public required JsonObject Run { get; init; }

    /// <summary>The states that iterations from a first to a last one can be trained again from.</summary>
    public required Func<IReadOnlyList<CapsuleSource>> Sources { get; init; }

    /// <summary>Told in a sentence what was written, or why nothing was.</summary>
    public required Action<string> Say { get; init; }
}
