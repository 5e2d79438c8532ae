using PPYolo.Align;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain.Simulation;

namespace PPYolo.Harness.Explain;

/// <summary>Finds the noise floor of two runs: one that is kept, or else one that twins give.</summary>
internal static class ExplainedFloor
{
    /// <summary>The floor, and where it is from; both null where there is none.</summary>
    /// <param name="first">The run that is expected.</param>
    /// <param name="second">The run that was found. Its floor serves where the first has none and cannot be repeated: rounding is much the
    /// same in both.</param>
    /// <param name="laboratory">Repeats the first run, or null.</param>
    /// <param name="options">Twins, and where the floor is kept.</param>
    /// <exception cref="AlignException">A kept floor is not of this run.</exception>
    public static (TraceFloor? Floor, string? Source) Of(
        ExplainedRun first,
        ExplainedRun second,
        Laboratory? laboratory,
        ExplainOptions options
    )
    {
        if (options.Noise.Count > 0)
        {
            return Recorded(first, options);
        }

        if (options.Floor is { } named && File.Exists(named))
        {
            return Kept(named, first);
        }

        if (AreOfOneState(first, second))
        {
            return (
                TraceFloor.None,
                $"none: {first.Name} and {second.Name} begin with the same checkpoint and compute alike, so that every bit counts"
            );
        }

        if (options.Floor is null && FileIn(first) is { } own)
        {
            return Kept(own, first);
        }

        if (laboratory is null && options.Floor is null && FileIn(second) is { } other)
        {
            return Kept(other, second);
        }

        var (repeated, repeating) = laboratory is not null
            ? (first, laboratory)
            : (second, Laboratory.For(second, options.Threads, options.Device));
        return repeating is not null && options.Twins > 0 ? Measured(repeated, repeating, options) : (null, null);
    }

    private static bool AreOfOneState(ExplainedRun first, ExplainedRun second) =>
        first is { Capsule.Origin: { } a, Environment: var here }
        && second is { Capsule.Origin: { } b, Environment: var there }
        && a.Sha256 == b.Sha256
        && here.Count == there.Count
        && here.All(fact => there.GetValueOrDefault(fact.Key) == fact.Value);

    private static (TraceFloor Floor, string Source) Measured(ExplainedRun run, Laboratory laboratory, ExplainOptions options)
    {
        var floor = laboratory.Floor(options.Twins, options.Progress);
        if (options.Floor is not null)
        {
            floor.Write(options.Floor);
        }

        return (floor, $"{Twins(floor)} of {run.Name}, trained now{(options.Floor is null ? "" : $" and kept in {options.Floor}")}");
    }

    private static (TraceFloor Floor, string Source) Recorded(ExplainedRun run, ExplainOptions options)
    {
        var floor = NoiseRecords.Measure(run.Name, options.Noise);
        if (options.Floor is not null)
        {
            floor.Write(options.Floor);
        }

        return (
            run.Names is { } names ? floor.Renamed(names.Of) : floor,
            $"{run.Name} recorded again ({string.Join(", ", options.Noise)}){(options.Floor is null ? "" : $", kept in {options.Floor}")}"
                + (floor.IsZero ? "; the same bits, so that every bit counts: record it on another number of threads" : "")
        );
    }

    private static string? FileIn(ExplainedRun run) =>
        Path.Combine(run.Name, TraceFloor.FileName) is var path && File.Exists(path) ? path : null;

    private static (TraceFloor Floor, string Source) Kept(string path, ExplainedRun run)
    {
        var floor = TraceFloor.Read(path);
        if (floor.Iterations < run.Iterations.Count)
        {
            throw new AlignException(
                $"{path}: expected the noise floor of the {run.Iterations.Count} iterations of {run.Name}, found {floor.Iterations}; it "
                    + $"is of another run: remove it, or measure it again into another file with --floor FILE"
            );
        }

        return (run.Names is { } names ? floor.Renamed(names.Of) : floor, $"{Twins(floor)}, kept in {path}");
    }

    private static string Twins(TraceFloor floor) => floor.Twins == 1 ? "1 perturbed twin" : $"{floor.Twins} perturbed twins";
}
