namespace PPYolo.Align.Golden;

/// <summary>How far a run may be from its golden.</summary>
public static class GoldenTolerance
{
    /// <summary>
    /// A distance may be this many times the floor. The floor is the largest of a few twins, and rounding is heavy-tailed: one activation
    /// on the other side of a kink moves a tensor by several times what most twins do; the estimate of the distance itself adds 9 %.
    /// docs/golden.md has the measurements.
    /// </summary>
    public const double Allowance = 8;

    /// <summary>
    /// No tolerance is larger than this share of how far the tensor moved: it would pass a tensor that was never trained, whose distance is
    /// all of its movement, and one that was trained by half as much.
    /// </summary>
    public const double LargestShare = 0.5;

    /// <summary>
    /// Where the largest share leaves less than this many floors, the golden fails itself: what the tensor does is noise, and a golden that
    /// was approved all the same would fail by chance or pass what was never trained.
    /// </summary>
    public const double LeastAllowance = 2;

    /// <summary>
    /// A floor of a gradient is never below this share of it: with <see cref="Allowance"/> the 6 % by which a single activation on the
    /// other side of a kink was seen to change the gradient of a whole tensor. Few twins cross such a kink, and then one does.
    /// </summary>
    public const double KinkShare = 0.06 / Allowance;

    /// <summary>How far a tensor may be from the golden's.</summary>
    /// <exception cref="InvalidOperationException">Its floor was not measured.</exception>
    public static double Of(GoldenTensor golden)
    {
        var floor = golden.Floor ?? throw new InvalidOperationException($"the floor of {golden.Name} was not measured");
        return Moves(golden) ? Math.Min(Allowance * floor, LargestShare * golden.Moved) : Allowance * floor;
    }

    /// <summary>
    /// A quarter to a half of a unit in the last place of a float32 number, as a share of it: what rounding leaves of every element.
    /// </summary>
    internal const double Rounding = 1.0 / (1 << 25);

    /// <summary>Learning rates are float64 arithmetic in a fixed order; C libraries may round a power otherwise.</summary>
    internal const double Rates = 1e-14;

    /// <summary>
    /// The tensors that move, and of which noise leaves nothing to say; worst first, with the share of the movement that is noise.
    /// </summary>
    public static IReadOnlyList<(GoldenTensor Tensor, double Share)> Vacuous(GoldenRecord golden) =>
        [
            .. golden
                .Tensors.Where(Moves)
                .Select(tensor => (Tensor: tensor, Share: tensor.Floor!.Value / tensor.Moved))
                .Where(pair => !(LeastAllowance * pair.Share <= LargestShare))
                .OrderByDescending(pair => double.IsNaN(pair.Share) ? double.PositiveInfinity : pair.Share),
        ];

    private static bool Moves(GoldenTensor tensor) => tensor.Role is GoldenRole.Trained or GoldenRole.Buffer;
}
