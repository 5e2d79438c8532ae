namespace PPYolo.Harness.Explain.Laws;

/// <summary>A fitted number with its standard error.</summary>
internal sealed record Measured(double Value, double Error)
{
    /// <summary>The one that was measured best; null where nothing was.</summary>
    public static Measured? Of(List<(double Value, double Error)> fits)
    {
        if (fits.Count == 0)
        {
            return null;
        }

        var best = fits.MinBy(fit => fit.Error);
        return new(best.Value, best.Error);
    }

    public override string ToString() => $"{Numbers.Text(Value)} ± {Numbers.Text(Error)}";
}
