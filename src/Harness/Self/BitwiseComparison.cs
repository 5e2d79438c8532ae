using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Measures;

namespace PPYolo.Harness.Self;

/// <summary>Compares tensors that must be equal bit by bit.</summary>
internal static class BitwiseComparison
{
    /// <summary>Counts the tensors that are missing, extra or differ in type, shape or any bit.</summary>
    public static Check Run(string title, NamedTensors found, NamedTensors expected, List<TensorFinding> findings)
    {
        var differing = expected
            .Names.Union(found.Names)
            .Where(name => !expected.TryGet(name, out var theirs) || !found.TryGet(name, out var ours) || !ours.BitwiseEquals(theirs))
            .ToList();
        findings.AddRange(differing.Select(name => new TensorFinding(title, name, DistanceOf(name, found, expected), 0, null)));
        return new(title, "tensors that differ in any bit", differing.Count, 0, differing.Count == 0 ? null : differing[0])
        {
            Note = $"{expected.Count} tensors",
        };
    }

    private static double DistanceOf(string name, NamedTensors found, NamedTensors expected) =>
        found.TryGet(name, out var ours) && expected.TryGet(name, out var theirs) ? Distance.Squared(ours, theirs) : double.NaN;
}
