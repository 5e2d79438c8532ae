using PPYolo.Train.Options;
using PPYolo.Train.Records;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Faults;

/// <summary>Records of two iterations of the bench's training.</summary>
internal static class BenchRecord
{
    /// <summary>Writes one.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="change">Changes a setting.</param>
    /// <param name="fault">What the training does wrong; null is nothing.</param>
    /// <param name="whole">Tensors that are kept whole.</param>
    /// <returns>The folder.</returns>
    public static string Write(
        string path,
        Func<TrainOptions, TrainOptions>? change = null,
        Alteration? fault = null,
        params string[] whole
    )
    {
        var plan = Bench.Plan(1);
        RecordingLoop.Execute(
            plan.With(fault ?? Alteration.None) with
            {
                Options = change?.Invoke(plan.Options) ?? plan.Options,
                Iterations = 2,
            },
            "calm",
            new(path)
            {
                Extension = ".npz",
                Trace = new() { Full = [.. whole] },
            }
        );
        return path;
    }
}
