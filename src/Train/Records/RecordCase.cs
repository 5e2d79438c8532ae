using System.Text.Json.Serialization;
using PPYolo.Align.Records;
using PPYolo.Train.Options;

namespace PPYolo.Train.Records;

/// <summary>case.json of a record folder: everything needed to repeat the run.</summary>
public sealed record RecordCase : RecordHead
{
    /// <summary>plain or calm where the start weights were generated, else file.</summary>
    [JsonPropertyOrder(25)]
    public required string InitProfile { get; init; }

    /// <summary>The options that repeat the run, in iterations.</summary>
    [CaseSettings]
    public required TrainOptions Options { get; init; } = new() { IterationsPerEpoch = 1 };

    /// <summary>Describes a run.</summary>
    public static RecordCase Of(
        TrainOptions options,
        string seed,
        string initProfile,
        int iterations,
        int ranks,
        string startWeights,
        string sha256
    ) =>
        new()
        {
            Format = FormatName,
            Version = CurrentVersion,
            Recorded = new(),
            Options = options.InIterations(),
            Seed = seed,
            InitProfile = initProfile,
            Iterations = iterations,
            Ranks = ranks,
            StartWeights = startWeights,
            StartWeightsSha256 = sha256,
        };
}
