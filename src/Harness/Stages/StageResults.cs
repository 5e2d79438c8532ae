using PPYolo.Align.Tensors;
using PPYolo.Model.Boxes;

namespace PPYolo.Harness.Stages;

/// <summary>What inference computes of some images, up to where objects are selected.</summary>
/// <param name="Outputs">The head's raw output of each level, coarsest first: (B,channels,g,g).</param>
/// <param name="Decoded">The boxes and scores of each image.</param>
internal sealed record StageResults(IReadOnlyList<TensorData> Outputs, IReadOnlyList<DecodedBoxes> Decoded);
