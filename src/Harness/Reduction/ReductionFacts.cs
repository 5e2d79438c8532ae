// A copy of this file is in every folder that a reduction writes.
namespace PPYolo.Harness.Reduction;

/// <summary>reduce.json: what was kept of a difference.</summary>
/// <param name="Format">"ppyolo-reduction".</param>
/// <param name="Version">1.</param>
/// <param name="Module">The module that computes otherwise; "losses" are the losses.</param>
/// <param name="Layers">How many layers are in it: modules without modules inside.</param>
/// <param name="Seed">Of the run's random numbers.</param>
/// <param name="Iteration">Whose weights and inputs these are, from 0.</param>
/// <param name="Images">Which images of the batch were kept, from 0.</param>
/// <param name="OfImages">How many there were.</param>
/// <param name="Cells">The extent of the first input that was kept.</param>
/// <param name="Bounds">The tensors that differ: how far rounding may take each.</param>
public sealed record ReductionFacts(
    string Format,
    int Version,
    string Module,
    int Layers,
    string Seed,
    int Iteration,
    IReadOnlyList<int> Images,
    int OfImages,
    IReadOnlyList<long> Cells,
    IReadOnlyList<ReducedTensor> Bounds
);
