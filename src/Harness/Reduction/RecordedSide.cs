using PPYolo.Align.Tensors;

namespace PPYolo.Harness.Reduction;

/// <summary>A run of which nothing is known but what was recorded: the whole output of one module.</summary>
/// <param name="place">The module.</param>
/// <param name="output">Its output.</param>
/// <param name="other">
/// The run that is repeated: where its images do not depend on each other, those of the recorded one do not either.
/// </param>
internal sealed class RecordedSide(string place, TensorData output, ReducibleRun other) : IReducedSide
{
    private const string Name = "output0";
    private NamedTensors? whole;

    /// <inheritdoc />
    public NamedTensors? Run(string module, NamedTensors inputs, NamedTensors weights, IReadOnlyList<int>? images)
    {
        if (module != place || images is null)
        {
            return null;
        }

        var result = new NamedTensors { { Name, Rows.Of(output, images) } };
        if (images.Count == output.Shape[0])
        {
            whole = other.Run(module, inputs, weights, images);
            return result;
        }

        var alone = other.Run(module, inputs, weights, images);
        var among = new NamedTensors { { Name, Rows.Of(whole![Name], images) } };
        return ReducedModule.Distance(alone, among, Name) <= Reducer.LeastBound ? result : null;
    }

    /// <inheritdoc />
    public bool Knows(string tensor) => tensor == Name;
}
