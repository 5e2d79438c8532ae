using System.Globalization;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;

namespace PPYolo.Harness.Stages;

/// <summary>Compares what was computed with what was expected, stage by stage.</summary>
internal static class StageComparison
{
    /// <summary>A check for the raw output of each level, one for decoded boxes and one for their scores.</summary>
    public static IEnumerable<Check> Of(string name, StageResults found, StageResults expected)
    {
        for (var level = 0; level < expected.Outputs.Count; level++)
        {
            yield return Outputs(name, level, found.Outputs[level], expected.Outputs[level]);
        }

        yield return new(
            $"{name}: decoded boxes",
            "pixels",
            Worst(found.Decoded.Zip(expected.Decoded, (a, b) => Largest(a.Corners, b.Corners))),
            InferenceBounds.Corners
        );
        yield return new(
            $"{name}: decoded scores",
            "absolute",
            Worst(found.Decoded.Zip(expected.Decoded, (a, b) => Largest(a.Scores, b.Scores))),
            InferenceBounds.Scores
        );
    }

    /// <summary>The largest difference; NaN where there is a NaN or the lengths differ.</summary>
    public static double Largest(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
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

    /// <summary>The largest of some differences; NaN where one is.</summary>
    public static double Worst(IEnumerable<double> differences) => differences.Aggregate(0.0, Math.Max);

    private static Check Outputs(string name, int level, TensorData found, TensorData expected)
    {
        var same = expected.Shape.AsSpan().SequenceEqual(found.Shape.AsSpan());
        var magnitude = expected.As<float>().ToArray().Max(Math.Abs);
        return new(
            string.Create(CultureInfo.InvariantCulture, $"{name}: raw outputs of level {level}"),
            "to the largest magnitude",
            same ? Largest(found.As<float>(), expected.As<float>()) / magnitude : double.NaN,
            InferenceBounds.Outputs,
            same ? null : $"expected {expected}, found {found}"
        );
    }
}
