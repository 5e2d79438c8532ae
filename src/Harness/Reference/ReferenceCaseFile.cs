using PPYolo.Align;
using PPYolo.Align.Json;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;
using PPYolo.Train.Weights;

namespace PPYolo.Harness.Reference;

/// <summary>Reads case files and turns them into what a run needs.</summary>
public static class ReferenceCaseFile
{
    /// <summary>The networks for which bounds were measured.</summary>
    private static readonly string[] Networks = ["r18vd", "r50vd", "ppyolov2_r50vd"];

    /// <summary>Reads case.json of a folder.</summary>
    /// <exception cref="AlignException">It is missing, malformed, of an unknown version, or holds a value that cannot be.</exception>
    public static ReferenceCase Read(string folder)
    {
        var path = Path.Combine(folder, "case.json");
        if (!File.Exists(path))
        {
            throw new AlignException($"{path}: not found; a reference folder holds case.json and reference.npz");
        }

        return Validate(StrictJson.Parse<ReferenceCase>(File.ReadAllText(path), path), path);
    }

    /// <summary>The network of a case.</summary>
    public static NetworkOptions NetworkOf(ReferenceCase file) =>
        NetworkPresets.Find(file.Network)! with
        {
            Classes = file.Classes,
            FreezeAt = file.FreezeAt,
            FreezeNorm = file.FreezeNorm,
            DropBlock = file.DropBlock,
        };

    /// <summary>The recipe of a case.</summary>
    public static TrainingRecipe RecipeOf(ReferenceCase file) =>
        new()
        {
            LearningRatePerImage = file.LearningRatePerImage,
            WarmupIterations = file.WarmupIterations,
            StartFactor = file.StartFactor,
            Milestones = [.. file.Milestones],
            Gamma = file.Gamma,
            Momentum = file.Momentum,
            WeightDecay = file.WeightDecay,
            ClipGradNorm = file.ClipGradNorm,
            EmaDecay = file.EmaDecay,
            EmaDecayType = Enum.Parse<EmaDecayType>(file.EmaDecayType, ignoreCase: true),
        };

    /// <summary>The weight profile of a case.</summary>
    public static WeightProfile ProfileOf(ReferenceCase file) => Enum.Parse<WeightProfile>(file.InitProfile, ignoreCase: true);

    private static ReferenceCase Validate(ReferenceCase file, string path)
    {
        Require(file.Format == "ppyolo-reference", "format", "\"ppyolo-reference\"", file.Format);
        Require(file.Version == 1, "version", "1 (a later version needs a later program)", file.Version);
        RequireOneOf(Networks, "network", file.Network);
        RequireOneOf(["plain", "calm"], "initProfile", file.InitProfile);
        RequireOneOf(["threshold", "exponential", "normal"], "emaDecayType", file.EmaDecayType);
        Require(file.Classes is >= 1 and <= 10_000, "classes", "1 to 10000", file.Classes);
        Require(file.FreezeAt is >= -1 and <= 3, "freezeAt", "-1 to 3", file.FreezeAt);
        Require(!file.DropBlock, "dropBlock", "false (a run in which DropBlock drops at random cannot be repeated)", file.DropBlock);
        Require(file.Seed.Length > 0 && file.Seed.All(char.IsAsciiDigit), "seed", "a decimal number as text", file.Seed);
        Require(file.Batch is >= 1 and <= 1024, "batch", "1 to 1024", file.Batch);
        Require(
            file.Sizes.Count > 0 && file.Sizes.All(size => size is >= 32 and <= 2048 && size % 32 == 0),
            "sizes",
            "multiples of 32 from 32 to 2048",
            string.Join(", ", file.Sizes)
        );
        Require(file.Iterations is >= 1 and <= 100_000, "iterations", "1 to 100000", file.Iterations);
        Require(file.WarmupIterations >= 0, "warmupIterations", "0 or more", file.WarmupIterations);
        foreach (
            var (name, value) in new[]
            {
                ("learningRatePerImage", file.LearningRatePerImage),
                ("startFactor", file.StartFactor),
                ("gamma", file.Gamma),
                ("weightDecay", file.WeightDecay),
            }
        )
        {
            Require(value >= 0, name, "0 or more", value);
        }

        Require(file.Momentum is >= 0 and < 1, "momentum", "0 to 1", file.Momentum);
        Require(file.EmaDecay is > 0 and < 1, "emaDecay", "between 0 and 1", file.EmaDecay);
        Require(file.ClipGradNorm is null or > 0, "clipGradNorm", "null or positive", file.ClipGradNorm ?? 0);
        Require(file.Milestones.All(milestone => milestone >= 0), "milestones", "0 or more", string.Join(", ", file.Milestones));
        Require(file.Comparable.LossIterations >= 0, "comparable.lossIterations", "0 or more", file.Comparable.LossIterations);
        Require(file.Comparable.MovementAbove >= 0, "comparable.movementAbove", "0 or more", file.Comparable.MovementAbove);
        foreach (var (name, variant) in file.Noise ?? new Dictionary<string, NoiseVariant>())
        {
            Require(
                variant.TotalLossRelative.Count == file.Iterations,
                $"noise.{name}.totalLossRelative",
                $"{file.Iterations} values",
                variant.TotalLossRelative.Count
            );
        }

        return file;

        void Require(bool condition, string name, string expected, object found)
        {
            if (!condition)
            {
                throw new AlignException($"{path}: '{name}' is {expected}, found {System.Text.Json.JsonSerializer.Serialize(found)}");
            }
        }

        void RequireOneOf(string[] known, string name, string found)
        {
            if (!known.Contains(found))
            {
                throw new AlignException(
                    $"{path}: '{name}' is one of {string.Join(", ", known)}, found \"{found}\"{NearestName.Hint(found, known)}"
                );
            }
        }
    }
}
