using PPYolo.Align.Formats;
using PPYolo.Train.Runtime;
using PPYolo.Train.Tracing;

namespace PPYolo.Train.Records;

/// <summary>Where a run is recorded, and how much of it.</summary>
/// <param name="Folder">A new or empty folder.</param>
public sealed record RecordOptions(string Folder)
{
    /// <summary>The extension of the <see cref="TensorFormat"/> of weights.</summary>
    public string Extension { get; init; } = TensorFormat.TorchWeights.Extension;

    /// <summary>Whether the gradients of iteration 0 are recorded too.</summary>
    public bool Gradients { get; init; }

    /// <summary>What every rank records of each iteration's parts, or null for nothing.</summary>
    public TraceOptions? Trace { get; init; }

    /// <summary>
    /// Perturbed twins that are trained after the run to measure its noise floor, which is kept in floor.npz; 0 measures none.
    /// </summary>
    public int Twins { get; init; }

    /// <summary>How the card computes, which is written down; null is the CPU.</summary>
    public CardSettings? Card { get; init; } = CardSettings.Current;
}
