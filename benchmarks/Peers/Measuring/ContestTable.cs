using System.Globalization;
using System.Text;

namespace PPYolo.Peers.Measuring;

/// <summary>Measurements as a Markdown table; the first is the one whose ratios to the others are shown.</summary>
internal static class ContestTable
{
    /// <param name="title">What was done.</param>
    /// <param name="measurements">Ours first.</param>
    /// <param name="bounds">For some of the others: what our ratio to it should not exceed.</param>
    /// <param name="note">What to say of a measurement in its last column, or null.</param>
    public static string Format(
        string title,
        IReadOnlyList<Measurement> measurements,
        IReadOnlyDictionary<string, double>? bounds = null,
        Func<Measurement, string>? note = null
    )
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"### {title}").AppendLine();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| | fastest | median | processor | ours / this: median (range); fastest; processor | peak MB |{(note is null ? "" : " |")}"
        );
        text.AppendLine(note is null ? "|---|---|---|---|---|---|" : "|---|---|---|---|---|---|---|");
        foreach (var measurement in measurements)
        {
            var ratio = ReferenceEquals(measurements[0], measurement)
                ? ""
                : Ratio(measurements[0], measurement) + Bound(measurement, bounds);
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {measurement.Name} | {Time(measurement.Fastest)} | {Time(measurement.Median)} | {Time(measurement.Processor)} | "
                    + $"{ratio} | {measurement.ResidentPeak / 1024} |"
            );
            text.AppendLine(note is null ? "" : $" {note(measurement)} |");
        }

        return text.ToString();
    }

    public static string Time(double seconds) =>
        seconds >= 1
            ? seconds.ToString("0.00 s", CultureInfo.InvariantCulture)
            : (seconds * 1000).ToString("0.0 'ms'", CultureInfo.InvariantCulture);

    /// <summary>Of rounds next to each other, the median and the range; of the quickest rounds; of processor time.</summary>
    public static string Ratio(Measurement ours, Measurement other)
    {
        var (median, least, most) = ours.RatioTo(other);
        return FormattableString.Invariant(
            $"{median:0.00} ({least:0.00} to {most:0.00}); {ours.Fastest / other.Fastest:0.00}; {ours.Processor / other.Processor:0.00}"
        );
    }

    private static string Bound(Measurement other, IReadOnlyDictionary<string, double>? bounds) =>
        bounds is not null && bounds.TryGetValue(other.Name, out var wanted) ? FormattableString.Invariant($"; wanted {wanted:0.00}") : "";
}
