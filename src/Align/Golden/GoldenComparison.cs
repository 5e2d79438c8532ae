using System.Globalization;
using System.Text;
using PPYolo.Align.Reports;

namespace PPYolo.Align.Golden;

/// <summary>A run compared with its golden.</summary>
/// <param name="Golden">The approved record.</param>
/// <param name="Found">The run.</param>
/// <param name="Failures">What diverges, worst first.</param>
/// <param name="Began">The first iteration and phase that diverges, or null where none does.</param>
/// <param name="BitwiseEqual">How many tensors have the golden's bits.</param>
/// <param name="Worst">The largest distance of a tensor within its tolerance, in floor units, and its name.</param>
public sealed record GoldenComparison(
    GoldenRecord Golden,
    GoldenRecord Found,
    IReadOnlyList<GoldenFinding> Failures,
    string? Began,
    int BitwiseEqual,
    GoldenFinding? Worst
)
{
    private const int Shown = 12;

    /// <summary>Whether nothing diverges.</summary>
    public bool Aligned => Failures.Count == 0;

    /// <summary>Whether the run was made where the golden was: only then do equal bits tell something of the code.</summary>
    public bool SameEnvironment => Golden.Environment == Found.Environment;

    /// <summary>The outcome in a line.</summary>
    public string Summary =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(Aligned ? "within its floors" : $"DIVERGED in {Failures.Count} places, worst {Failures[0].What} {Failures[0].Name}")}: "
                + $"{Found.Tensors.Count} tensors, {BitwiseEqual} of them bit for bit"
                + $"{(Worst is null ? "" : "; the largest difference is ")}{Worst?.Units:0.00}"
                + $"{(Worst is null ? "" : $" floors of {GoldenTolerance.Allowance} ({Worst.What} {Worst.Name})")}"
        );

    /// <summary>The outcome as text: where it began, then what diverges, worst first.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Printable.Of(Golden.Case)).Append('\n').Append(Printable.Of(Summary)).Append('\n');
        if (!SameEnvironment)
        {
            text.Append("the environment is another: golden ")
                .Append(Printable.Of(Golden.Environment.ToString()))
                .Append("; here ")
                .Append(Printable.Of(Found.Environment.ToString()))
                .Append('\n');
        }

        if (Aligned)
        {
            return text.ToString().TrimEnd('\n');
        }

        text.Append(Began is null ? "no iteration shows where it began\n" : $"it began in {Printable.Of(Began)}\n");
        var table = new TextTable(["floors", "what", "name", ""]);
        foreach (var finding in Failures.Take(Shown))
        {
            table.Add([
                double.IsFinite(finding.Units) ? finding.Units.ToString("0.0", CultureInfo.InvariantCulture) : "-",
                Printable.Of(finding.What),
                Printable.Of(finding.Name),
                Printable.Of(finding.Explanation),
            ]);
        }

        text.Append(table.ToString().ReplaceLineEndings("\n"));
        if (Failures.Count > Shown)
        {
            text.Append(CultureInfo.InvariantCulture, $"and {Failures.Count - Shown} more\n");
        }

        return text.ToString().TrimEnd('\n');
    }
}
