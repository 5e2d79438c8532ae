using System.Text.Json.Serialization;
using PPYolo.Train.Options;

namespace PPYolo.Train.Records;

/// <summary>case.json of a record folder: everything needed to repeat the run.</summary>
public sealed record RecordCase : RunCase
{
    /// <summary>The value of <see cref="RunCase.Format"/>.</summary>
    public const string FormatName = "ppyolo-record";

    /// <summary>How many ranks trained.</summary>
    [JsonPropertyOrder(1)]
    public required int Ranks { get; init; }

    /// <summary>The start weights' file name, in this folder.</summary>
    [JsonPropertyOrder(1)]
    public required string StartWeights { get; init; }

    /// <summary>SHA-256 of the start weights: names, types, shapes and bits, whatever the file format.</summary>
    [JsonPropertyOrder(1)]
    public required string StartWeightsSha256 { get; init; }

    /// <summary>Describes a run.</summary>
    public static RecordCase Of(
        TrainOptions options,
        string seed,
        string initProfile,
        int iterations,
        int ranks,
        string startWeights,
        string sha256
    )
    {
        var recipe = options.ToRecipe();
        return new()
        {
            Format = FormatName,
            Version = 1,
            Network = options.Network,
            Classes = options.Classes,
            FreezeAt = options.FreezeAt,
            FreezeNorm = options.FreezeNorm,
            DropBlock = options.DropBlock,
            Seed = seed,
            InitProfile = initProfile,
            Batch = options.Batch,
            Sizes = options.Sizes,
            Iterations = iterations,
            LearningRatePerImage = recipe.LearningRatePerImage,
            WarmupIterations = recipe.WarmupIterations,
            StartFactor = recipe.StartFactor,
            Milestones = recipe.Milestones,
            Gamma = recipe.Gamma,
            Momentum = recipe.Momentum,
            WeightDecay = recipe.WeightDecay,
            ClipGradNorm = recipe.ClipGradNorm,
            EmaDecay = recipe.EmaDecay,
            EmaDecayType = recipe.EmaDecayType.ToString().ToLowerInvariant(),
            Ranks = ranks,
            StartWeights = startWeights,
            StartWeightsSha256 = sha256,
        };
    }
}
