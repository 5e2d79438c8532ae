using System.Globalization;

namespace PPYolo.Peers.Measuring;

/// <summary>How long a round took.</summary>
/// <param name="Wall">Seconds on the clock.</param>
/// <param name="Processor">Seconds of all the process's threads on processors, which other processes prolong less.</param>
internal readonly record struct RoundTime(double Wall, double Processor)
{
    public static RoundTime Parse(string wall, string processor) =>
        new(double.Parse(wall, CultureInfo.InvariantCulture), double.Parse(processor, CultureInfo.InvariantCulture));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Wall:R} {Processor:R}");
}
