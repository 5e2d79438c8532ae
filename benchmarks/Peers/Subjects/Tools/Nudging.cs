using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>Tensors as another run might have trained them.</summary>
internal static class Nudging
{
    /// <summary>Moves every float32 value by up to a thousandth of itself, at random.</summary>
    public static NamedTensors Of(NamedTensors tensors)
    {
        var nudged = new NamedTensors();
        foreach (var (name, tensor) in tensors)
        {
            if (tensor.Type != ElementType.Float32)
            {
                nudged.Add(name, tensor);
                continue;
            }

            var values = tensor.As<float>().ToArray();
            var factors = new float[values.Length];
            new PortableStream("nudge/" + name).FillScaled(factors, 0.001f, 1);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] *= factors[i];
            }

            nudged.Add(name, TensorData.Of<float>(values, tensor.Shape.AsSpan()));
        }

        return nudged;
    }
}
