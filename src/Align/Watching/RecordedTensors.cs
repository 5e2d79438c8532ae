using PPYolo.Align.Tensors;
using static TorchSharp.torch;

namespace PPYolo.Align.Watching;

/// <summary>Copies of tensors as a record keeps them: bfloat16, which NumPy lacks, becomes float32, and loses nothing by it.</summary>
internal static class RecordedTensors
{
    /// <summary>Copies a tensor.</summary>
    public static TensorData Of(Tensor tensor)
    {
        if (tensor.dtype != ScalarType.BFloat16)
        {
            return tensor.ToData();
        }

        using var wide = tensor.detach().to(ScalarType.Float32);
        return wide.ToData();
    }

    /// <summary>Copies tensors in their order.</summary>
    public static NamedTensors Of(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var copies = new NamedTensors();
        foreach (var (name, tensor) in tensors)
        {
            copies.Add(name, Of(tensor));
        }

        return copies;
    }
}
