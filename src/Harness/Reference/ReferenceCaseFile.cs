using PPYolo.Align;
using PPYolo.Align.Json;
using PPYolo.Align.Records;
using PPYolo.Train.Records;
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
        var path = Path.Combine(folder, CaseHead.FileName);
        if (!File.Exists(path))
        {
            throw new AlignException($"{path}: not found; a reference folder holds case.json and reference.npz");
        }

        return Validate(CaseFile.Read<ReferenceCase>(path), path);
    }

    /// <summary>The weight profile of a case.</summary>
    public static WeightProfile ProfileOf(ReferenceCase file) => Enum.Parse<WeightProfile>(file.InitProfile, ignoreCase: true);

    private static ReferenceCase Validate(ReferenceCase file, string path)
    {
        Require(file.Format == "ppyolo-reference", "format", "\"ppyolo-reference\"", file.Format);
        Require(file.Version == 1, "version", "1 (a later version needs a later program)", file.Version);
        RequireOneOf(Networks, "network", file.Options.Network);
        RequireOneOf(["plain", "calm"], "initProfile", file.InitProfile);
        file.Options.Validate(path, inCase: true);
        const string Still = "false (a run in which DropBlock drops at random cannot be repeated)";
        Require(!file.Options.DropBlock, "dropBlock", Still, file.Options.DropBlock);
        Require(file.Seed.Length > 0 && file.Seed.All(char.IsAsciiDigit), "seed", "a decimal number as text", file.Seed);
        Require(file.Iterations is >= 1 and <= 100_000, "iterations", "1 to 100000", file.Iterations);
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
