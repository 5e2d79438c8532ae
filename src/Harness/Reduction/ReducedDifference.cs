using PPYolo.Align.Tensors;

namespace PPYolo.Harness.Reduction;

/// <summary>A difference of two runs that a single module shows.</summary>
/// <param name="Facts">What was kept.</param>
/// <param name="Inputs">The module's inputs.</param>
/// <param name="Weights">Its weights and statistics.</param>
/// <param name="Expected">The tensors that differ, as the first run computes them.</param>
/// <param name="Found">The same in the second; what is not there is missing.</param>
internal sealed record ReducedDifference(
    ReductionFacts Facts,
    NamedTensors Inputs,
    NamedTensors Weights,
    NamedTensors Expected,
    NamedTensors Found
);
