namespace PPYolo.Data.Batches;

/// <summary>One object of an image.</summary>
/// <param name="X">Centre across, relative to the image.</param>
/// <param name="Y">Centre down, relative to the image.</param>
/// <param name="Width">Relative to the image.</param>
/// <param name="Height">Relative to the image.</param>
/// <param name="Class">From 0.</param>
/// <param name="Score">The share of this object in a mixed image, in [0,1]; 1 in an unmixed one.</param>
public readonly record struct GroundTruth(float X, float Y, float Width, float Height, int Class, float Score);
