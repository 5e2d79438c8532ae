namespace PPYolo.Harness.Explain.Laws;

/// <summary>m = a g + b w + c m, fitted over the parameters of a group.</summary>
/// <param name="Shares">a, one for each iteration that could be fitted.</param>
/// <param name="Decay">b.</param>
/// <param name="Carry">c.</param>
/// <param name="Carries">c of each iteration that could be fitted, by its number.</param>
/// <param name="Residual">The largest relative residual of an iteration.</param>
internal sealed record MomentumFit(
    IReadOnlyList<double> Shares,
    Measured? Decay,
    Measured? Carry,
    IReadOnlyDictionary<int, double> Carries,
    double Residual
);
