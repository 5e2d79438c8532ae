using PPYolo.Model.Boxes;

namespace PPYolo.Train.Inference;

/// <summary>What was found in an image file.</summary>
/// <param name="File">The file.</param>
/// <param name="Size">The size that boxes are expressed in.</param>
/// <param name="Objects">The objects by falling score; those without area are left out.</param>
public sealed record ImagePrediction(string File, OriginalSize Size, IReadOnlyList<DetectedBox> Objects);
