using PPYolo.Align.Records;
using PPYolo.Train.Runtime;

namespace PPYolo.Train.Tracing;

/// <summary>The surroundings of a run of this program, for <see cref="RunEnvironment"/>.</summary>
internal static class TraceEnvironment
{
    /// <summary>The surroundings of this process.</summary>
    /// <param name="card">How it computes on a card; null is the CPU, of which nothing is said.</param>
    internal static Dictionary<string, string> Here(CardSettings? card) =>
        RunEnvironment.Here($"ppyolo {typeof(TraceEnvironment).Assembly.GetName().Version?.ToString(3)}", card?.Facts);
}
