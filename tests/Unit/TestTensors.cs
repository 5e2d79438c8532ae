using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit;

/// <summary>Numbers that are the same in every run: a name's stream.</summary>
internal static class TestTensors
{
    public static float[] Values(string name, long count, float scale = 1, float offset = 0)
    {
        var values = new float[count];
        new PortableStream(name).FillScaled(values, scale, offset);
        return values;
    }

    /// <summary>float32, uniform within <paramref name="scale"/> of 0.</summary>
    public static Tensor Of(string name, float scale, params long[] shape) => tensor(Values(name, TensorData.CountOf(shape), scale), shape);

    /// <summary>The same numbers as float64.</summary>
    public static Tensor Wide(string name, float scale, params long[] shape) => Of(name, scale, shape).to(ScalarType.Float64);

    /// <summary>A network with generated weights of seed 1.</summary>
    public static PPYoloNetwork Network(NetworkOptions options, WeightProfile profile = WeightProfile.Plain)
    {
        var network = new PPYoloNetwork(options);
        NetworkState.Load(network, GeneratedWeights.Create("1", profile, options).For(StateEntries.Of(network)));
        return network;
    }

    /// <summary>A copy that collects a gradient.</summary>
    public static Tensor Leaf(this Tensor values) => values.detach().clone().requires_grad_(true);

    /// <summary>A copy with the channels innermost in memory.</summary>
    public static Tensor ChannelsLast(this Tensor map) => map.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
