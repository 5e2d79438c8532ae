using PPYolo.Align.Tensors;

namespace PPYolo.Train.Weights;

/// <summary>Weights of other precisions, as networks here take them.</summary>
internal static class Float32Weights
{
    /// <summary>The weights in float32; they lie in the files of those that were given.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="source">Their file.</param>
    /// <param name="note">Is told which were converted; null for nobody.</param>
    public static NamedTensors Of(NamedTensors weights, string source, Action<string>? note)
    {
        var result = weights.WithFloats(ElementType.Float32, out var converted);
        foreach (var type in converted.GroupBy(name => weights[name].Type))
        {
            note?.Invoke($"{source}: {type.Count()} tensors of {type.Key.Name()} were converted to float32");
        }

        return result;
    }
}
