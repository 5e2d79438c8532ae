using System.Globalization;
using PPYolo.Train.Options;

namespace PPYolo.Train.Epochs;

/// <summary>How long a run over epochs will take, before it starts: an order of magnitude, for people who would not wait so long.</summary>
internal static class RunLength
{
    // Seconds of a step whatever its images, for weights and averages.
    private const double LeastStep = 0.1,
        MostStep = 0.4;

    // Seconds of a step for each million pixels of its batch, on two cores: the quickest and the slowest machine of docs/performance.md.
    private static readonly Dictionary<string, (double Least, double Most)> Rates = new(StringComparer.Ordinal)
    {
        ["r18vd"] = (0.7, 2),
        ["r50vd"] = (2, 5.5),
    };

    /// <summary>The length in iterations, and where the time is known, about how many hours.</summary>
    /// <param name="options">The run's options.</param>
    /// <param name="epochs">Epochs that are left.</param>
    /// <param name="onCpu">Whether the CPU computes; of cards no time is known.</param>
    public static string Describe(TrainOptions options, int epochs, bool onCpu)
    {
        var iterations = (long)epochs * options.IterationsPerEpoch;
        var length = string.Create(
            CultureInfo.InvariantCulture,
            $"{epochs} epoch{(epochs == 1 ? "" : "s")} of {options.IterationsPerEpoch} iterations with {options.Batch} images"
        );
        if (!onCpu || Seconds(options, iterations) is not { } seconds)
        {
            return length;
        }

        return seconds.Most < 120
            ? $"{length}: minutes on two cores"
            : $"{length}: about {Time(seconds.Least)} to {Time(seconds.Most)} on two cores. --epochs N trains for fewer; a run that is "
                + "stopped goes on with --resume";
    }

    private static (double Least, double Most)? Seconds(TrainOptions options, long iterations)
    {
        var pixels = options.Batch * options.Sizes.Average(size => (double)size * size) / 1e6;
        return Rates.TryGetValue(options.Network, out var rate)
            ? (iterations * (LeastStep + (rate.Least * pixels)), iterations * (MostStep + (rate.Most * pixels)))
            : null;
    }

    private static string Time(double seconds) =>
        seconds switch
        {
            < 90 * 60 => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Round(seconds / 60)):0} minutes"),
            < 48 * 3600 => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(seconds / 3600):0} hours"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(seconds / 86400):0} days"),
        };
}
