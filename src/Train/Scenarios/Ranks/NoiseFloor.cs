using System.Runtime.InteropServices;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;
using PPYolo.Train.Runs;

namespace PPYolo.Train.Scenarios.Ranks;

/// <summary>
/// How far a run is from itself when its start weights are perturbed by 1e-7, about their last bit: for each kind of tensor the largest sum of squared
/// differences over all tensors of the kind and all twins.
/// </summary>
/// <param name="Twins">How many perturbed runs.</param>
/// <param name="Floors">The floor of each kind.</param>
public sealed record NoiseFloor(int Twins, IReadOnlyDictionary<TensorKind, double> Floors)
{
    /// <summary>Measures the floor.</summary>
    /// <param name="plan">The run, on one rank.</param>
    /// <param name="end">Its end.</param>
    /// <param name="twins">How many perturbed runs to make.</param>
    /// <param name="progress">Told before each twin.</param>
    public static NoiseFloor Measure(RunPlan plan, RunEnd end, int twins, Action<int>? progress = null)
    {
        var floors = Enum.GetValues<TensorKind>().ToDictionary(kind => kind, _ => 0.0);
        for (var twin = 0; twin < twins; twin++)
        {
            progress?.Invoke(twin);
            var other = TrainingRun.Execute(plan with { Start = Perturb(plan.Start, $"{plan.Seed}{(twin == 0 ? "" : $".{twin}")}") });
            Raise(floors, end.Raw, other.Raw, ema: false);
            Raise(floors, end.Ema, other.Ema, ema: true);
        }

        return new(twins, floors);
    }

    /// <summary>w (1 + 1e-7 v) in float64, v from the stream "{seed}/perturb/{key}"; counters are left alone.</summary>
    public static NamedTensors Perturb(NamedTensors weights, string seed)
    {
        var perturbed = new NamedTensors();
        foreach (var (key, tensor) in weights)
        {
            if (tensor.Type != ElementType.Float32)
            {
                perturbed.Add(key, tensor);
                continue;
            }

            var bytes = new byte[tensor.Bytes.Length];
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

    private static void Raise(Dictionary<TensorKind, double> floors, NamedTensors one, NamedTensors other, bool ema)
    {
        foreach (var (key, tensor) in one.Where(pair => !TensorKinds.IsCounter(pair.Key)))
        {
            var kind = TensorKinds.Of(key, ema);
            floors[kind] = Math.Max(floors[kind], Distance.Squared(tensor, other[key]));
        }
    }
}
