// A copy of this file is in every folder that a reduction writes.
namespace PPYolo.Harness.Reduction;

/// <summary>A tensor in which a reduced module is another.</summary>
/// <param name="Name">As in expected.npz and found.npz.</param>
/// <param name="Value">The largest distance that rounding explains, over the tensor's norm.</param>
/// <param name="Distance">The distance of what was found from what is expected; null where one of them is not there.</param>
public sealed record ReducedTensor(string Name, double Value, double? Distance);
