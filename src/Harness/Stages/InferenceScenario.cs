using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Model;
using PPYolo.Model.Boxes;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Inference;
using PPYolo.Train.Weights;

namespace PPYolo.Harness.Stages;

/// <summary>
/// Inference against the reference: from the same weights and images, raw outputs, decoded boxes and scores, and what matrix NMS selects of
/// them. Every stage works on our own result of the stage before. The network with folded norms is compared with the unfolded one.
/// </summary>
public static class InferenceScenario
{
    /// <summary>Runs all networks whose files are in a folder.</summary>
    /// <param name="folder">A folder with r18vd.npz, r50vd.npz or both, as in the reference data's inference; it is only read.</param>
    /// <param name="options">How.</param>
    /// <exception cref="AlignException">No such file is there, or one cannot be used.</exception>
    public static Verdict Run(string folder, InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(options);
        var cases = InferenceCase
            .All.Where(one => (options.Networks.Count == 0 || options.Networks.Contains(one.Name)) && File.Exists(FileOf(folder, one)))
            .ToList();
        if (cases.Count == 0)
        {
            throw new AlignException(
                $"{folder}: expected {string.Join(" or ", InferenceCase.All.Select(one => one.Name + ".npz"))} of the reference's "
                    + $"inference, found neither"
            );
        }

        return new(
            $"inference of {string.Join(" and ", cases.Select(one => one.Name))}",
            "asserted: raw outputs, decoded boxes and scores, and the selection of six settings of matrix NMS",
            [.. cases.SelectMany(one => Compare(one, FileOf(folder, one), options))],
            [],
            []
        );
    }

    internal static string FileOf(string folder, InferenceCase one) => Path.Combine(folder, one.Name + ".npz");

    private static List<Check> Compare(InferenceCase one, string path, InferenceOptions options)
    {
        using var data = new InferenceData(path);
        var network = one.Network;
        using var weights = WeightsOf(one, network);
        using var detector = options.Create(network, weights, false, options.Device);
        var found = StagesOf(detector, data.Images, data.Originals);
        var checks = new List<Check>(StageComparison.Of(one.Name, found, data.Stages(network)));
        checks.AddRange(Selections(one, found, detector.SelectObjects, data));
        using var folded = options.Create(network, weights, true, options.Device);
        var differences = StagesOf(folded, data.Images, data.Originals)
            .Decoded.Zip(found.Decoded, (a, b) => StageComparison.Largest(a.Scores, b.Scores));
        checks.Add(
            new(
                $"{one.Name}: scores with folded norms",
                "absolute, to the unfolded",
                StageComparison.Worst(differences),
                InferenceBounds.FoldedScores
            )
        );
        return checks;
    }

    /// <summary>What a detector computes, stage by stage.</summary>
    internal static StageResults StagesOf(Detector detector, TensorData images, IReadOnlyList<OriginalSize> originals)
    {
        var outputs = detector.Forward(images);
        return new(outputs, Decode(detector, outputs, originals));
    }

    /// <summary>Decodes the raw outputs of each image.</summary>
    internal static IReadOnlyList<DecodedBoxes> Decode(
        Detector detector,
        IReadOnlyList<TensorData> outputs,
        IReadOnlyList<OriginalSize> originals
    ) => [.. originals.Select((original, image) => detector.Decode(Detector.OfImage(outputs, image, originals.Count), original))];

    /// <summary>What is selected of decoded boxes under all settings that were recorded.</summary>
    internal static IEnumerable<Check> Selections(
        InferenceCase one,
        StageResults found,
        Func<DecodedBoxes, MatrixNmsOptions, DetectedBox[]> select,
        InferenceData data
    ) =>
        one.Selections.SelectMany(setting =>
            Selected(one, setting.Key, [.. found.Decoded.Select(boxes => select(boxes, setting.Value))], data)
        );

    /// <summary>The weights that the reference had.</summary>
    internal static NamedTensors WeightsOf(InferenceCase one, NetworkOptions network)
    {
        using var shapes = new PPYoloNetwork(network);
        return GeneratedWeights.Create(one.Seed, WeightProfile.Plain, network).For(StateEntries.Of(shapes));
    }

    private static IEnumerable<Check> Selected(InferenceCase one, string setting, List<DetectedBox[]> found, InferenceData data)
    {
        var images = found.Select((rows, image) => SelectionComparison.Of(rows, data.Selected(setting, image))).ToList();
        var what = $"{one.Name}, {setting}:";
        var total = data.Originals.Select((_, image) => data.Selected(setting, image).Count).Sum();
        yield return new($"{what} number of objects", "rows", images.Max(image => image.Count), 0)
        {
            Note = string.Create(CultureInfo.InvariantCulture, $"{total} expected"),
        };
        yield return new($"{what} objects", "rows without their like", images.Sum(image => image.Strangers), 0);
        yield return new(
            $"{what} scores",
            "absolute, rank by rank",
            StageComparison.Worst(images.Select(image => image.Scores)),
            InferenceBounds.Scores
        );
        yield return new($"{what} boxes", "pixels", StageComparison.Worst(images.Select(image => image.Corners)), InferenceBounds.Corners);
        yield return new(
            $"{what} order",
            "rise of the score",
            StageComparison.Worst(images.Select(image => image.Order)),
            InferenceBounds.Scores
        );
    }
}
