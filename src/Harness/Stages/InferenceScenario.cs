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

    private static string FileOf(string folder, InferenceCase one) => Path.Combine(folder, one.Name + ".npz");

    private static List<Check> Compare(InferenceCase one, string path, InferenceOptions options)
    {
        using var data = new InferenceData(path);
        var network = one.Network;
        using var weights = WeightsOf(one, network);
        using var detector = options.Create(network, weights, false, options.Device);
        var outputs = detector.Forward(data.Images);
        var checks = new List<Check>();
        for (var level = 0; level < network.Levels; level++)
        {
            checks.Add(Outputs(one, level, outputs[level], data));
        }

        var decoded = Decode(detector, outputs, data);
        checks.AddRange(Decoded(one, network, decoded, data));
        foreach (var (name, selection) in one.Selections)
        {
            checks.AddRange(Selected(one, name, decoded.Select(boxes => detector.SelectObjects(boxes, selection)).ToList(), data));
        }

        using var folded = options.Create(network, weights, true, options.Device);
        var differences = Decode(folded, folded.Forward(data.Images), data).Zip(decoded, (a, b) => Largest(a.Scores, b.Scores));
        checks.Add(
            new($"{one.Name}: scores with folded norms", "absolute, to the unfolded", Worst(differences), InferenceBounds.FoldedScores)
        );
        return checks;
    }

    private static NamedTensors WeightsOf(InferenceCase one, NetworkOptions network)
    {
        using var shapes = new PPYoloNetwork(network);
        return GeneratedWeights.Create(one.Seed, WeightProfile.Plain, network).For(StateEntries.Of(shapes));
    }

    private static List<DecodedBoxes> Decode(Detector detector, IReadOnlyList<TensorData> outputs, InferenceData data) =>
        [.. data.Originals.Select((original, image) => detector.Decode(Detector.OfImage(outputs, image, data.Originals.Count), original))];

    private static Check Outputs(InferenceCase one, int level, TensorData found, InferenceData data)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"head{level}");
        var expected = data.Tensor(name);
        var same = expected.Shape.AsSpan().SequenceEqual(found.Shape.AsSpan());
        var magnitude = expected.As<float>().ToArray().Max(Math.Abs);
        return new(
            string.Create(CultureInfo.InvariantCulture, $"{one.Name}: raw outputs of level {level}"),
            "to the largest magnitude",
            same ? Largest(found.As<float>(), expected.As<float>()) / magnitude : double.NaN,
            InferenceBounds.Outputs,
            same ? null : $"expected {expected}, found {found}"
        );
    }

    private static IEnumerable<Check> Decoded(InferenceCase one, NetworkOptions network, List<DecodedBoxes> decoded, InferenceData data)
    {
        yield return new(
            $"{one.Name}: decoded boxes",
            "pixels",
            Worst(decoded.Select((boxes, image) => Largest(boxes.Corners, data.OfImage("boxes", network.Levels, image)))),
            InferenceBounds.Corners
        );
        yield return new(
            $"{one.Name}: decoded scores",
            "absolute",
            Worst(decoded.Select((boxes, image) => Largest(boxes.Scores, data.OfImage("scores", network.Levels, image)))),
            InferenceBounds.Scores
        );
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
        yield return new($"{what} scores", "absolute, rank by rank", Worst(images.Select(image => image.Scores)), InferenceBounds.Scores);
        yield return new($"{what} boxes", "pixels", Worst(images.Select(image => image.Corners)), InferenceBounds.Corners);
        yield return new($"{what} order", "rise of the score", Worst(images.Select(image => image.Order)), InferenceBounds.Scores);
    }

    /// <summary>The largest difference; NaN where there is a NaN or the lengths differ.</summary>
    private static double Largest(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        if (found.Length != expected.Length)
        {
            return double.NaN;
        }

        var largest = 0.0;
        for (var i = 0; i < found.Length; i++)
        {
            // Equal infinities are equal.
            largest = Math.Max(largest, found[i] == expected[i] ? 0 : Math.Abs(found[i] - (double)expected[i]));
        }

        return largest;
    }

    private static double Worst(IEnumerable<double> differences) => differences.Aggregate(0.0, Math.Max);
}
