using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Generation;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;
using PPYolo.Harness.Measures;
using PPYolo.Train.Runs;

namespace PPYolo.Harness.RankEquality;

/// <summary>
/// How far a run is from itself when its start weights are perturbed by 1e-7, about their last bit: for each kind of tensor the largest sum
/// of squared differences over all tensors of the kind and all twins.
/// </summary>
/// <param name="Twins">How many perturbed runs.</param>
/// <param name="Floors">The floor of each kind.</param>
/// <param name="Momentum">The largest relative L2 difference of a parameter's momentum.</param>
public sealed record NoiseFloor(int Twins, IReadOnlyDictionary<TensorKind, double> Floors, double Momentum)
{
    /// <summary>Reads a floor that was measured before.</summary>
    /// <exception cref="AlignException">The file is missing or malformed, or lacks a kind.</exception>
    public static NoiseFloor Read(string path)
    {
        var floor = File.Exists(path)
            ? StrictJson.Parse<NoiseFloor>(InputFile.ReadText(path), path)
            : throw new AlignException($"{path}: not found; measure the floor with: ppyolo align ranks ... --floor {path}");
        var missing = Enum.GetValues<TensorKind>().Where(kind => !floor.Floors.ContainsKey(kind)).ToList();
        return missing.Count == 0
            ? floor
            : throw new AlignException($"{path}: the floor of {string.Join(", ", missing)} is missing; measure it again");
    }

    /// <summary>Writes the floor.</summary>
    public void Write(string path) => AtomicText.Write(path, StrictJson.Text(this));

    /// <summary>Measures the floor.</summary>
    /// <param name="plan">The run, on one rank.</param>
    /// <param name="end">Its end.</param>
    /// <param name="twins">How many perturbed runs to make.</param>
    /// <param name="progress">Told before each twin.</param>
    public static NoiseFloor Measure(RunPlan plan, RunEnd end, int twins, Action<int>? progress = null)
    {
        var floors = Enum.GetValues<TensorKind>().ToDictionary(kind => kind, _ => 0.0);
        double momentum = 0;
        for (var twin = 0; twin < twins; twin++)
        {
            progress?.Invoke(twin);
            var other = IterationLoop.Execute(
                plan with
                {
                    Start = Perturbation.Of(plan.Start, $"{plan.Seed}{(twin == 0 ? "" : $".{twin}")}"),
                }
            );
            Raise(floors, end.Raw, other.Raw, ema: false);
            Raise(floors, end.Ema, other.Ema, ema: true);
            momentum = Math.Max(
                momentum,
                InOrder.Select([.. end.Momentum], pair => Distance.Relative(other.Momentum[pair.Key], pair.Value)).Max()
            );
        }

        return new(twins, floors, momentum);
    }

    private static void Raise(Dictionary<TensorKind, double> floors, NamedTensors one, NamedTensors other, bool ema)
    {
        var floating = one.Where(pair => !TensorKinds.IsCounter(pair.Key)).ToList();
        foreach (
            var (kind, difference) in InOrder.Select(
                floating,
                pair => (TensorKinds.Of(pair.Key, ema), Distance.Squared(pair.Value, other[pair.Key]))
            )
        )
        {
            floors[kind] = Math.Max(floors[kind], difference);
        }
    }
}
