namespace PPYolo.Align.Golden;

/// <summary>A loss of one iteration.</summary>
/// <param name="Iteration">Counted from 0.</param>
/// <param name="Name">Such as total_loss.</param>
/// <param name="Value">The loss.</param>
/// <param name="Floor">How far twins were from it; null before it was measured.</param>
public sealed record GoldenLoss(int Iteration, string Name, double Value, double? Floor = null);
