using PPYolo.Align.Tensors;

namespace PPYolo.Train.Weights;

/// <summary>Weights of which some were taken from another network's checkpoint: those whose name, shape and type fit.</summary>
/// <param name="Weights">All entries, in the order of the start weights.</param>
/// <param name="Taken">The names that were taken over.</param>
/// <param name="OtherShape">The names that both have, but of another shape or type; each with both.</param>
/// <param name="Missing">The names that the checkpoint does not have; they keep their start values.</param>
/// <param name="Unused">The names that only the checkpoint has.</param>
public sealed record PartialWeights(
    NamedTensors Weights,
    IReadOnlyList<string> Taken,
    IReadOnlyList<string> OtherShape,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unused
)
{
    /// <summary>Takes over what fits.</summary>
    /// <param name="start">The start weights of the network that is to be trained.</param>
    /// <param name="checkpoint">The checkpoint; its tensors must stay valid as long as the result is used.</param>
    public static PartialWeights Take(NamedTensors start, NamedTensors checkpoint)
    {
        var weights = new NamedTensors();
        List<string> taken = [],
            otherShape = [],
            missing = [];
        foreach (var (name, tensor) in start)
        {
            var there = checkpoint.TryGet(name, out var other);
            var fits = there && other!.Type == tensor.Type && other.Shape.AsSpan().SequenceEqual(tensor.Shape.AsSpan());
            weights.Add(name, fits ? other! : tensor);
            if (fits)
            {
                taken.Add(name);
            }
            else if (there)
            {
                otherShape.Add($"{name} ({other} there, {tensor} here)");
            }
            else
            {
                missing.Add(name);
            }
        }

        return new(weights, taken, otherShape, missing, [.. checkpoint.Names.Where(name => !start.Contains(name))]);
    }

    /// <summary>Says what was taken and lists what was not.</summary>
    /// <param name="source">The checkpoint's file.</param>
    public string Describe(string source)
    {
        var lines = new List<string> { $"{source}: {Taken.Count} of {Weights.Count} entries taken over" };
        Add("of another shape or type, left at their start values", OtherShape);
        Add("not in the checkpoint, left at their start values", Missing);
        Add("only in the checkpoint, not used", Unused);
        return string.Join(Environment.NewLine, lines);

        void Add(string what, IReadOnlyList<string> names)
        {
            if (names.Count > 0)
            {
                lines.Add($"  {names.Count} {what}:");
                lines.AddRange(names.Select(name => $"    {name}"));
            }
        }
    }
}
