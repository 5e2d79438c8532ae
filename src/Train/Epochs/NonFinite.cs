using System.Globalization;
using System.Numerics.Tensors;
using PPYolo.Align.Tensors;
using PPYolo.Train.Stepping;

namespace PPYolo.Train.Epochs;

/// <summary>Looks for NaN and infinity.</summary>
internal static class NonFinite
{
    /// <summary>What a finding in the batch begins with.</summary>
    public const string InBatch = "the batch's";

    /// <summary>Describes the first tensor that has an element that is not finite, or returns null.</summary>
    /// <param name="what">What the tensors are, put before the name.</param>
    /// <param name="tensors">Float32 tensors are looked at; others have no such elements here.</param>
    public static string? Find(string what, IEnumerable<KeyValuePair<string, TensorData>> tensors)
    {
        foreach (var (name, tensor) in tensors)
        {
            if (tensor is { Type: ElementType.Float32, Count: > 0 } && Describe(tensor.As<float>()) is { } found)
            {
                return $"{what} '{name}' ({tensor}) {found}";
            }
        }

        return null;
    }

    /// <summary>
    /// Describes the first tensor, in order of execution, that made a loss not finite: of the batch, of the parameters, of the running statistics that the
    /// iteration's forward pass has moved (which tell the first layer whose activations were not finite), else the losses themselves.
    /// </summary>
    public static string? Cause(TrainStep step, Data.Batch batch, IEnumerable<KeyValuePair<string, float>> losses) =>
        Find(InBatch, batch.Named)
        ?? Find("weight", Values(step, entry => entry.IsParameter))
        ?? Find("activations before the norm of", Values(step, entry => !entry.IsParameter && !entry.IsBatchCounter))
        ?? losses.Where(loss => !float.IsFinite(loss.Value)).Select(loss => $"{loss.Key} is {Text(loss.Value)} while batch, weights and statistics are finite").FirstOrDefault();

    private static IEnumerable<KeyValuePair<string, TensorData>> Values(TrainStep step, Func<Model.State.StateEntry, bool> which) =>
        step.Entries.Where(which).Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToData()));

    private static string? Describe(ReadOnlySpan<float> values)
    {
        // NaN wins, then infinity: one pass for the usual case that all is well.
        if (float.IsFinite(TensorPrimitives.MaxMagnitude(values)))
        {
            return null;
        }

        int first = -1, count = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                first = first < 0 ? i : first;
                count++;
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"has {count} of {values.Length} elements that are not finite, the first at {first}: {Text(values[first])}");
    }

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}
