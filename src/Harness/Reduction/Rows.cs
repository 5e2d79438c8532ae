using PPYolo.Align.Tensors;
using static TorchSharp.torch;

namespace PPYolo.Harness.Reduction;

/// <summary>Takes parts of tensors.</summary>
internal static class Rows
{
    /// <summary>Some images of a batch, which is the first dimension.</summary>
    public static TensorData Of(TensorData batch, IReadOnlyList<int> images)
    {
        var size = batch.Shape[0] == 0 ? 0 : batch.Bytes.Length / (int)batch.Shape[0];
        var bytes = new byte[size * images.Count];
        for (var i = 0; i < images.Count; i++)
        {
            batch.Bytes.Span.Slice(images[i] * size, size).CopyTo(bytes.AsSpan(i * size));
        }

        return new(batch.Type, [images.Count, .. batch.Shape.AsSpan()[1..]], bytes);
    }

    /// <summary>Some images of all inputs.</summary>
    public static NamedTensors Of(NamedTensors inputs, IReadOnlyList<int> images) => Map(inputs, input => Of(input, images));

    /// <summary>The upper left quarter of all maps; null where one has no half that is a whole number of pairs of cells.</summary>
    public static NamedTensors? Quarter(NamedTensors inputs) =>
        inputs.All(pair => pair.Value.Shape is [_, _, var rows, var columns] && rows % 4 == 0 && columns % 4 == 0)
            ? Map(
                inputs,
                input =>
                {
                    using var scope = NewDisposeScope();
                    var map = input.ToTorch();
                    return map.narrow(2, 0, map.shape[2] / 2).narrow(3, 0, map.shape[3] / 2).ToData();
                }
            )
            : null;

    /// <summary>How many bytes tensors have.</summary>
    public static long Bytes(NamedTensors tensors) => tensors.Sum(pair => (long)pair.Value.Bytes.Length);

    private static NamedTensors Map(NamedTensors tensors, Func<TensorData, TensorData> change)
    {
        var changed = new NamedTensors();
        foreach (var (name, tensor) in tensors)
        {
            changed.Add(name, change(tensor));
        }

        return changed;
    }
}
