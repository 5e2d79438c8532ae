namespace PPYolo.Train.Inference;

/// <summary>The size of an image before it was resized for the network; its boxes are expressed in it.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
public readonly record struct OriginalSize(int Width, int Height);
