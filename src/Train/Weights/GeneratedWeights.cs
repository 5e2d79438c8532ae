using System.Runtime.InteropServices;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.State;

namespace PPYolo.Train.Weights;

/// <summary>
/// Weights that any language can generate: entry "key" is filled from the <see cref="PortableStream"/> named "{seed}/{key}" with a scale that its key decides.
/// </summary>
/// <param name="Seed">The seed, a decimal number as text.</param>
/// <param name="Profile">How they are scaled.</param>
/// <param name="LastBranch">The last convolution of the network's residual branches: branch2c in bottlenecks, branch2b in basic blocks.</param>
public sealed record GeneratedWeights(string Seed, WeightProfile Profile, string LastBranch)
{
    /// <summary>The weights of a seed and profile for a network.</summary>
    public static GeneratedWeights Create(string seed, WeightProfile profile, NetworkOptions network) =>
        new(seed, profile, network.Depth >= 50 ? "branch2c" : "branch2b");

    /// <summary>Generates every entry of a network's state_dict.</summary>
    public NamedTensors For(IReadOnlyList<StateEntry> entries)
    {
        var weights = new NamedTensors();
        var tensors = new TensorData[entries.Count];
        Parallel.For(0, entries.Count, i => tensors[i] = Generate(entries[i].Key, entries[i].Value.shape, entries[i].IsBatchCounter));
        for (var i = 0; i < entries.Count; i++)
        {
            weights.Add(entries[i].Key, tensors[i]);
        }

        return weights;
    }

    private TensorData Generate(string key, long[] shape, bool counter)
    {
        if (counter)
        {
            return TensorData.Scalar(0L);
        }

        var (scale, offset) = Rule(key, shape);
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)(TensorData.CountOf(shape) * sizeof(float))));
        new PortableStream($"{Seed}/{key}").FillScaled(MemoryMarshal.Cast<byte, float>(bytes.AsSpan()), (float)scale, (float)offset);
        return new TensorData(ElementType.Float32, shape, bytes);
    }

    private (double Scale, double Offset) Rule(string key, long[] shape)
    {
        var calm = Profile == WeightProfile.Calm;
        if (shape.Length == 4)
        {
            var scale = Math.Sqrt(3.0 / (shape[1] * shape[2] * shape[3]));
            return key.EndsWith("conv_offset.weight", StringComparison.Ordinal) ? (scale * 0.5, 0)
                : calm && key.StartsWith("yolo_head.yolo_output_", StringComparison.Ordinal) ? (scale * 0.05, 0)
                : (scale, 0);
        }

        // The last norm of every residual branch.
        if (calm && key.EndsWith(LastBranch + ".norm.weight", StringComparison.Ordinal))
        {
            return (0.02, 0.1);
        }

        return key switch
        {
            _ when key.EndsWith("conv_offset.bias", StringComparison.Ordinal) => (0.5, 0),
            _ when key.EndsWith("norm.weight", StringComparison.Ordinal) || key.EndsWith("running_var", StringComparison.Ordinal) => (0.2, 1),
            _ => (0.1, 0),
        };
    }
}
