using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;

namespace PPYolo.Tests.Unit;

/// <summary>Batches of which that of iteration 3 has a NaN.</summary>
internal sealed class PoisonedBatches(IBatchSource batches) : IBatchSource
{
    public Batch At(int iteration)
    {
        var batch = batches.At(iteration);
        if (iteration != 3)
        {
            return batch;
        }

        var tensors = new NamedTensors();
        foreach (var (name, tensor) in batch.Named)
        {
            var values = tensor.As<float>().ToArray();
            values[7] = name == "target0" ? float.NaN : values[7];
            tensors.Add(name, TensorData.Of<float>(values, tensor.Shape.AsSpan()));
        }

        return new(tensors, batch.Source);
    }
}
