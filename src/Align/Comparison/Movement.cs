namespace PPYolo.Align.Comparison;

/// <summary>
/// How far a tensor has come since the start of its run. A bound on the difference alone is passed by whatever hardly moves, a bias that
/// was never trained included; a difference as large as the movement says that the two runs did not do the same.
/// </summary>
/// <param name="First">The sum of squared differences between the first set and its start; NaN where either holds a NaN.</param>
/// <param name="Second">The sum of squared differences between the second set and its start.</param>
/// <param name="Ratio">
/// The Euclidean norm of the difference between the two sets, divided by how far (Euclidean) the first has moved; 0 where they do not
/// differ, infinite where they do though the first did not move. </param>
public sealed record Movement(double First, double Second, double Ratio)
{
    internal static Movement Of(double first, double second, double difference) =>
        new(first, second, difference == 0 ? 0 : Math.Sqrt(difference) / Math.Sqrt(first));
}
