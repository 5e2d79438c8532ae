using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Train.Stepping;

namespace PPYolo.Train.Runs;

/// <summary>What a run ends with.</summary>
/// <param name="Raw">The weights as trained. Like the other tensors it is rank 0's; on other ranks there are none unless they were asked
/// for.</param>
/// <param name="Ema">The moving average, corrected.</param>
/// <param name="Momentum">The optimizer's buffers.</param>
/// <param name="Steps">Each iteration.</param>
/// <param name="Seconds">Wall-clock seconds of each iteration.</param>
public sealed record RunEnd(
    NamedTensors Raw,
    NamedTensors Ema,
    NamedTensors Momentum,
    IReadOnlyList<StepResult> Steps,
    IReadOnlyList<double> Seconds
)
{
    /// <summary>The optimizer's state_dict without its buffers, on rank 0: its groups, as checkpoints have them.</summary>
    public PickleValue? Optimizer { get; init; }
}
