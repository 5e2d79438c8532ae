using System.Runtime.InteropServices;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Generation;

/// <summary>
/// Changes weights about their last bit, which cannot matter: a run from such weights shows how much of a run is rounding.
/// </summary>
public static class Perturbation
{
    /// <summary>
    /// w (1 + 1e-7 v) in float64, v in [-1,1) from the stream "{seed}/perturb/{key}"; whatever is not float32 is left alone.
    /// </summary>
    public static NamedTensors Of(NamedTensors weights, string seed)
    {
        var perturbed = new NamedTensors();
        foreach (var (key, tensor) in weights)
        {
            if (tensor.Type != ElementType.Float32)
            {
                perturbed.Add(key, tensor);
                continue;
            }

            var bytes = GC.AllocateUninitializedArray<byte>(tensor.Bytes.Length);
            var values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
            new PortableStream($"{seed}/perturb/{key}").FillScaled(values, 1f);
            var original = tensor.As<float>();
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)(original[i] * (1 + (1e-7 * values[i])));
            }

            perturbed.Add(key, new TensorData(ElementType.Float32, tensor.Shape.AsSpan(), bytes));
        }

        return perturbed;
    }
}
