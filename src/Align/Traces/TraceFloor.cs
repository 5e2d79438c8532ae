using System.Text;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Traces;

/// <summary>
/// How far a run is from itself when something changes that cannot matter: for each entry of each iteration the largest relative distance
/// of perturbed twins.
/// </summary>
public sealed class TraceFloor
{
    /// <summary>The file in a record folder.</summary>
    public const string FileName = "floor.npz";

    private readonly List<OrderedDictionary<TraceKey, double>> iterations;

    private TraceFloor(int twins, List<OrderedDictionary<TraceKey, double>> iterations)
    {
        Twins = twins;
        this.iterations = iterations;
    }

    /// <summary>The floor of runs that begin in one state and compute alike: there is no noise between them.</summary>
    public static TraceFloor None { get; } = new(0, []);

    /// <summary>How many twins.</summary>
    public int Twins { get; }

    /// <summary>How many iterations.</summary>
    public int Iterations => iterations.Count;

    /// <summary>
    /// The first iteration in which noise explains anything: gradients of twins are so far apart (a relative distance above <paramref
    /// name="lost"/> in the median) that what is allowed is as large as the gradients themselves. From there on comparing says nothing;
    /// null where there is no such iteration.
    /// </summary>
    public int? MeaninglessFrom(double lost = 1 / TraceComparison.Allowance)
    {
        var first = iterations.FindIndex(floors =>
            Median(floors.Where(pair => pair.Key.Phase == TracePhase.Gradient).Select(pair => pair.Value)) > lost
        );
        return first < 0 ? null : first;
    }

    /// <summary>Measures the floor.</summary>
    /// <param name="run">The run.</param>
    /// <param name="twins">The same run from perturbed start weights.</param>
    public static TraceFloor Of(RunTrace run, IReadOnlyList<RunTrace> twins) => new(twins.Count, Distances(run, twins));

    /// <summary>
    /// Measures the floor on a run that was recorded again. What it starts from and is fed has none: that is the same to the bit.
    /// </summary>
    /// <param name="run">The run: one trace for each rank.</param>
    /// <param name="again">The same run, recorded once or several times more.</param>
    public static TraceFloor OfRecords(IReadOnlyList<RunTrace> run, IReadOnlyList<IReadOnlyList<RunTrace>> again)
    {
        var iterations = run[0].Iterations.Select(_ => new OrderedDictionary<TraceKey, double>()).ToList();
        foreach (var rank in run)
        {
            foreach (var (floors, own) in iterations.Zip(Distances(rank, [.. again.Select(twin => twin[rank.Rank])])))
            {
                foreach (var (key, distance) in own.Where(pair => !IsInput(pair.Key.Phase)))
                {
                    floors[key] = Math.Max(distance, floors.GetValueOrDefault(key));
                }
            }
        }

        return new(again.Count, iterations);
    }

    /// <summary>Whether nothing that a run computes has any noise.</summary>
    public bool IsZero => iterations.TrueForAll(floors => floors.Values.All(floor => floor == 0));

    /// <summary>Whether a phase is what a run starts from and is fed.</summary>
    public static bool IsInput(TracePhase phase) => phase is TracePhase.Start or TracePhase.Data or TracePhase.Schedule;

    private static List<OrderedDictionary<TraceKey, double>> Distances(RunTrace run, IReadOnlyList<RunTrace> twins)
    {
        var iterations = new List<OrderedDictionary<TraceKey, double>>();
        foreach (var iteration in run.Iterations)
        {
            var floors = new OrderedDictionary<TraceKey, double>();
            foreach (var entry in iteration.Entries)
            {
                floors[entry.Key] = twins.Max(twin =>
                    twin.Find(iteration.Iteration, entry.Key.Phase, entry.Key.Name) is { } other
                        ? entry.Summary.RelativeDistance(other.Summary)
                        : 0
                );
            }

            iterations.Add(floors);
        }

        return iterations;
    }

    /// <summary>
    /// The floor of an entry. It is at least the median of its phase in that iteration: a few twins may miss how far a single tensor can be
    /// thrown. An entry that the twins did not have gets the median.
    /// </summary>
    public double For(int iteration, TraceKey key)
    {
        if (iterations.Count == 0)
        {
            return 0;
        }

        var floors = iterations[Math.Min(iteration, iterations.Count - 1)];
        if (key.Phase == TracePhase.Reduction && !floors.ContainsKey(key))
        {
            // Twins run on one rank, whose gradients are those of all.
            key = key with
            {
                Phase = TracePhase.Gradient,
            };
        }

        return Math.Max(floors.GetValueOrDefault(key), Medians[Math.Min(iteration, iterations.Count - 1)].GetValueOrDefault(key.Phase));
    }

    /// <summary>The same under other names.</summary>
    public TraceFloor Renamed(Func<TraceKey, TraceKey> rename) =>
        new(
            Twins,
            iterations.ConvertAll(floors =>
            {
                var renamed = new OrderedDictionary<TraceKey, double>();
                foreach (var (key, floor) in floors)
                {
                    renamed[rename(key)] = floor;
                }

                return renamed;
            })
        );

    /// <summary>Writes the floor.</summary>
    public void Write(string path)
    {
        var tensors = new NamedTensors { { "twins", TensorData.Scalar((long)Twins) } };
        for (var i = 0; i < iterations.Count; i++)
        {
            var index = Encoding.UTF8.GetBytes(StrictJson.Text(iterations[i].Keys.ToList()));
            tensors.Add($"{i}/index", TensorData.Of<byte>(index, index.Length));
            tensors.Add($"{i}/floor", TensorData.Of<double>(iterations[i].Values.ToArray(), iterations[i].Count));
        }

        Npz.Write(path, tensors);
    }

    /// <summary>Reads a floor.</summary>
    /// <exception cref="AlignException">The file is missing or malformed.</exception>
    public static TraceFloor Read(string path)
    {
        using var tensors = Npz.Read(path);
        var iterations = new List<OrderedDictionary<TraceKey, double>>();
        while (tensors.TryGet($"{iterations.Count}/index", out var index))
        {
            var keys = StrictJson.Parse<List<TraceKey>>(Encoding.UTF8.GetString(index.Bytes.Span), path);
            var values = tensors[$"{iterations.Count}/floor"].As<double>();
            if (values.Length != keys.Count)
            {
                throw new AlignException(
                    $"{path}: expected {keys.Count} floors of iteration {iterations.Count}, found {values.Length}; measure the floor again"
                );
            }

            var floors = new OrderedDictionary<TraceKey, double>();
            for (var i = 0; i < keys.Count; i++)
            {
                floors[keys[i]] = values[i];
            }

            iterations.Add(floors);
        }

        return tensors.TryGet("twins", out var twins)
            ? new((int)twins.As<long>()[0], iterations)
            : throw new AlignException($"{path}: expected an array 'twins', found none; it is no floor: measure it again");
    }

    private List<Dictionary<TracePhase, double>> Medians =>
        field ??= iterations.ConvertAll(floors =>
            floors.GroupBy(pair => pair.Key.Phase).ToDictionary(phase => phase.Key, phase => Median(phase.Select(pair => pair.Value)))
        );

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[sorted.Count / 2];
    }
}
