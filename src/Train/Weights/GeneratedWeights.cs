using System.Runtime.InteropServices;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;
using PPYolo.Model.Networks;
using PPYolo.Model.State;

namespace PPYolo.Train.Weights;

/// <summary>
/// Weights that any language can generate: entry "key" is filled from the <see cref="PortableStream"/> named "{seed}/{key}" with a scale
/// that its key decides.
/// </summary>
/// <param name="Seed">The seed, a decimal number as text.</param>
/// <param name="Profile">How they are scaled.</param>
/// <param name="Network">The network that they are for.</param>
public sealed record GeneratedWeights(string Seed, WeightProfile Profile, NetworkOptions Network)
{
    /// <summary>
    /// How many predictions in a hundred begin as objects where training starts from nothing: few, since most places hold none.
    /// </summary>
    private const double ObjectsAtStart = 0.01;

    /// <summary>The weights of a seed and profile for a network.</summary>
    public static GeneratedWeights Create(string seed, WeightProfile profile, NetworkOptions network) => new(seed, profile, network);

    /// <summary>The last convolution of the network's residual branches.</summary>
    private string LastBranch => Network.Depth >= 50 ? "branch2c" : "branch2b";

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
        var values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        new PortableStream($"{Seed}/{key}").FillScaled(values, (float)scale, (float)offset);
        if (Profile == WeightProfile.Scratch && IsHead(key) && shape.Length == 1)
        {
            DoubtObjects(values);
        }

        return new TensorData(ElementType.Float32, shape, bytes);
    }

    private static bool IsHead(string key) => key.StartsWith("yolo_head.yolo_output_", StringComparison.Ordinal);

    /// <summary>
    /// Biases of the head that make every place an unlikely one (Lin et al., "Focal loss", arXiv:1708.02002, section 4.1).
    /// </summary>
    private void DoubtObjects(Span<float> biases)
    {
        const int objectness = 4;
        var perAnchor = 5 + Network.Classes;
        for (var first = biases.Length % perAnchor; first < biases.Length; first += perAnchor)
        {
            biases[first + objectness] = (float)Math.Log(ObjectsAtStart / (1 - ObjectsAtStart));
        }
    }

    /// <summary>
    /// As common networks start: norms that pass on what they normalize, deformable convolutions that begin as plain ones, small outputs.
    /// </summary>
    private static (double Scale, double Offset) FromScratch(string key, long[] shape) =>
        key switch
        {
            _ when key.Contains(".conv_offset.", StringComparison.Ordinal) => (0, 0),
            _ when shape.Length == 4 => (Math.Sqrt(3.0 / (shape[1] * shape[2] * shape[3])) * (IsHead(key) ? 0.1 : 1), 0),
            _ when key.EndsWith("norm.weight", StringComparison.Ordinal) || key.EndsWith("running_var", StringComparison.Ordinal) => (0, 1),
            _ => (0, 0),
        };

    private (double Scale, double Offset) Rule(string key, long[] shape)
    {
        if (Profile == WeightProfile.Scratch)
        {
            return FromScratch(key, shape);
        }

        var calm = Profile == WeightProfile.Calm;
        if (shape.Length == 4)
        {
            var scale = Math.Sqrt(3.0 / (shape[1] * shape[2] * shape[3]));
            return key.EndsWith("conv_offset.weight", StringComparison.Ordinal) ? (scale * 0.5, 0)
                : calm && IsHead(key) ? (scale * 0.05, 0)
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
            _ when key.EndsWith("norm.weight", StringComparison.Ordinal) || key.EndsWith("running_var", StringComparison.Ordinal) => (
                0.2,
                1
            ),
            _ => (0.1, 0),
        };
    }
}
