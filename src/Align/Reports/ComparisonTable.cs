using System.Globalization;
using System.Text;
using PPYolo.Align.Comparison;

namespace PPYolo.Align.Reports;

/// <summary>The tables of <see cref="ComparisonText" />, and how numbers are spelled there.</summary>
internal static class ComparisonTable
{
    /// <summary>Adds a list of tensors under its title.</summary>
    public static void List(StringBuilder text, string title, List<TensorComparison> tensors, double bound, int? rows, bool moved)
    {
        text.Append(tensors.Count).Append(tensors.Count == 1 ? " tensor " : " tensors ").Append(title);
        var shown = tensors.Take(rows ?? int.MaxValue).ToList();
        text.AppendLine(
            shown.Count == tensors.Count ? "" : $"; {(shown.Count == 0 ? "none" : $"the worst {shown.Count}")} shown, all with --all"
        );
        if (shown.Count > 0)
        {
            string[] movement = moved ? ["first moved", "second moved", "diff / moved"] : [];
            var table = new TextTable([
                "  outcome",
                "sum of squares",
                "relative L2",
                "max abs",
                "cosine",
                "ULP p99",
                .. movement,
                "tensor",
                "where, and notes",
            ]);
            shown.ForEach(tensor => table.Add(Row(tensor, bound, moved)));
            text.Append(table);
        }

        text.AppendLine();
    }

    private static string[] Row(TensorComparison tensor, double bound, bool moved)
    {
        var metrics = tensor.Metrics;
        string[] movement = moved ? [Number(tensor.Movement?.First), Number(tensor.Movement?.Second), Number(tensor.Movement?.Ratio)] : [];
        return
        [
            "  " + tensor.Outcome.Words(),
            metrics is null ? "-" : Beside(metrics.SumOfSquares, bound),
            Number(metrics?.RelativeL2),
            Number(metrics?.MaxAbs),
            metrics?.Cosine.ToString("0.########", CultureInfo.InvariantCulture) ?? "-",
            metrics?.UlpP99?.ToString(CultureInfo.InvariantCulture) ?? "-",
            .. movement,
            Printable.Of(tensor.Name),
            Notes(tensor),
        ];
    }

    /// <summary>What stands beside a tensor: where it differs most, or why it cannot be compared.</summary>
    public static string Notes(TensorComparison tensor)
    {
        if (tensor.Metrics is not { } metrics)
        {
            return (tensor.First, tensor.Second) switch
            {
                (null, { } second) => $"{second}",
                ({ } first, null) => $"{first}",
                var (first, second) => $"{first} against {second}",
            };
        }

        var notes = new List<string>();
        if (metrics.BitwiseEqual)
        {
            notes.Add("equal bit by bit");
        }

        if (metrics.NonFiniteFirst + metrics.NonFiniteSecond > 0)
        {
            notes.Add(
                $"NaN or infinity: {metrics.NonFiniteFirst} in the first, {metrics.NonFiniteSecond} in the second, of {metrics.Count}"
            );
        }

        if (metrics.Worst is { } worst)
        {
            notes.Add($"[{string.Join(',', worst.Index)}] {Full(worst.First)} against {Full(worst.Second)}");
        }

        return string.Join("; ", notes);
    }

    /// <summary>Adds the counters of batches.</summary>
    public static void Counters(StringBuilder text, SetComparison comparison, int? rows)
    {
        if (comparison.Counters.Count > 0)
        {
            Some(text, comparison, rows);
        }
    }

    private static void Some(StringBuilder text, SetComparison comparison, int? rows)
    {
        var diverged = comparison.DivergedCounters.ToList();
        text.Append(comparison.Counters.Count)
            .Append(comparison.Counters.Count == 1 ? " counter" : " counters")
            .Append($" ({TensorComparison.CounterMark}), compared exactly: ");
        text.AppendLine(
            comparison.CountersWereReset ? "0 on one side, where they were reset as PyTorch 1.13 does, and no divergence"
            : diverged.Count == 0 ? "all equal"
            : $"{diverged.Count} not equal"
        );
        foreach (var counter in diverged.Take(rows ?? int.MaxValue))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {counter.Outcome.Words()}  {Printable.Of(counter.Name)}  {Notes(counter)}");
        }

        text.AppendLine();
    }

    // Rounded, a sum just above the bound would look like the bound.
    private static string Beside(double value, double bound) => Math.Abs(value - bound) <= bound / 100 ? Full(value) : Number(value);

    /// <summary>A number with all its digits.</summary>
    public static string Full(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A number with three digits.</summary>
    public static string Number(double? value) =>
        value switch
        {
            null => "-",
            0 => "0",
            { } number when double.IsFinite(number) => number.ToString("0.00e+00", CultureInfo.InvariantCulture),
            { } number => number.ToString(CultureInfo.InvariantCulture),
        };
}
