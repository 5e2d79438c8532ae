using PPYolo.Align.Tensors;
using PPYolo.Train.Runs;

namespace PPYolo.Harness.RankEquality;

/// <summary>One side of scenario 3.</summary>
/// <param name="End">What the run ended with; losses are over all images.</param>
/// <param name="Gradients">The gradients of iteration 0, averaged over ranks.</param>
public sealed record RanksResult(RunEnd End, NamedTensors Gradients);
