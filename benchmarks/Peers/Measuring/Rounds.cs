using System.Diagnostics;
using System.Globalization;

namespace PPYolo.Peers.Measuring;

/// <summary>
/// The child's side of a measurement: warms up, says "ready", and then answers lines: "round" does the work and tells the seconds on the
/// clock and of the processor, "memory" tells the resident kilobytes before the first round and their peak since. python/rounds.py does the
/// same.
/// </summary>
internal static class Rounds
{
    // Memory, caches and code are at their quickest after a few runs; code that .NET compiles again while it runs needs seconds of it:
    // training runs for hours.
    private const int WarmUpRuns = 2;
    private const double WarmUpSeconds = 5;

    // Short work is repeated until a round takes this long, so that its time is above the noise of processes taking turns.
    private const double ShortestRound = 0.5;

    public static void Serve(ISubject subject)
    {
        var fastest = double.PositiveInfinity;
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < WarmUpRuns || clock.Elapsed.TotalSeconds < WarmUpSeconds; i++)
        {
            fastest = Math.Min(fastest, Measure(subject, 1).Wall);
        }

        var repeats = (int)Math.Clamp(Math.Ceiling(ShortestRound / fastest), 1, 1000);
        ProcessMemory.ForgetPeak();
        var resident = ProcessMemory.Resident();
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line)
        {
            Console.WriteLine(
                line switch
                {
                    "round" => string.Create(CultureInfo.InvariantCulture, $"seconds {Measure(subject, repeats)}"),
                    "memory" => $"memory {resident} {ProcessMemory.Peak()}",
                    _ => throw new InvalidOperationException($"expected round or memory, found '{line}'"),
                }
            );
        }
    }

    private static RoundTime Measure(ISubject subject, int repeats)
    {
        var processor = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < repeats; i++)
        {
            subject.Run();
        }

        var elapsed = clock.Elapsed;
        return new(elapsed.TotalSeconds / repeats, (Environment.CpuUsage.TotalTime - processor).TotalSeconds / repeats);
    }
}
