using PPYolo.Align.Tensors;
using PPYolo.Train.Runs;

namespace PPYolo.Harness.Self;

/// <summary>A run of scenario 2: the recorded one, or a replay of its record.</summary>
/// <param name="End">What the run ended with.</param>
/// <param name="Gradients">The gradients of iteration 0, averaged over ranks.</param>
internal sealed record ReplayedRun(RunEnd End, NamedTensors Gradients);
