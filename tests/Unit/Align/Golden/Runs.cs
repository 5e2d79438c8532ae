using PPYolo.Align.Golden;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Golden;

/// <summary>Small runs of two iterations whose every number a test can choose.</summary>
internal static class Runs
{
    public static readonly GoldenEnvironment Here = new("TorchSharp 1", "AVX2", 2, "0123456789abcdef"),
        Elsewhere = Here with { Cpu = "AVX512" };

    /// <summary>A run that moved its weight by about 1, and differs from others of it by <paramref name="noise"/>.</summary>
    public static GoldenRecord Run(
        double noise = 0,
        float frozen = 3,
        long counter = 2,
        double rate = 0.1,
        GoldenEnvironment? environment = null,
        Func<string, bool>? give = null,
        float[]? weight = null,
        float mean = 0.5f,
        GoldenRecord? golden = null
    )
    {
        var start = new NamedTensors();
        start.Add("weight", TensorData.Of<float>([1, 2, 3, 4], 2, 2));
        start.Add("frozen", TensorData.Of<float>([3]));
        start.Add("mean", TensorData.Of<float>([0]));
        start.Add("counter", TensorData.Scalar(0L));
        var recorder = new GoldenRecorder("a run", start, ["weight"], ["frozen"], golden);
        void Add(GoldenPart part, string name, TensorData tensor)
        {
            if (give?.Invoke(name) ?? true)
            {
                recorder.Add(part, name, tensor);
            }
        }

        Add(GoldenPart.Gradient, "weight", TensorData.Of<float>([10 + (float)noise, 20, 30, 40], 2, 2));
        recorder.Iteration(rate, [new("total_loss", 5 + (float)noise)]);
        recorder.Iteration(rate, [new("total_loss", 4)]);
        weight ??= [1.5f + (float)noise, 2.5f, 3.5f, 4.5f];
        Add(GoldenPart.Weight, "weight", TensorData.Of<float>(weight, weight.Length == 4 ? [2, 2] : [weight.Length]));
        Add(GoldenPart.Weight, "frozen", TensorData.Of<float>([frozen]));
        Add(GoldenPart.Weight, "mean", TensorData.Of<float>([mean + (float)noise]));
        Add(GoldenPart.Weight, "counter", TensorData.Scalar(counter));
        return recorder.Build(environment ?? Here);
    }

    /// <summary>An approved golden whose twins were 1e-4 away.</summary>
    public static GoldenRecord Golden(double noise = 1e-4) => GoldenFloors.Measure(Run(), [Run(noise), Run(-noise)]);

    /// <summary>The same with one tensor changed.</summary>
    public static GoldenRecord With(this GoldenRecord record, string name, Func<GoldenTensor, GoldenTensor> change) =>
        record with
        {
            Tensors =
            [
                .. record.Tensors.Select(tensor => tensor.Name == name && tensor.Part == GoldenPart.Weight ? change(tensor) : tensor),
            ],
        };
}
