namespace PPYolo.Model.Networks;

/// <summary>The size of an anchor box in pixels of the network's input.</summary>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
public readonly record struct AnchorSize(double Width, double Height);
