namespace PPYolo.Align.Golden;

/// <summary>One thing in which a run is not its golden.</summary>
/// <param name="What">learning rate, loss, or the part of the tensor.</param>
/// <param name="Name">The tensor or loss.</param>
/// <param name="Units">The distance in units of the floor; infinite where it must be equal, stood still, or cannot be compared.</param>
/// <param name="Explanation">What was expected and what was found.</param>
public sealed record GoldenFinding(string What, string Name, double Units, string Explanation);
