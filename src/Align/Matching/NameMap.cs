using System.Globalization;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Matching;

/// <summary>Gives a run the names of another, and notes which rules of a <see cref="NamesFile"/> were of use.</summary>
public sealed class NameMap
{
    private const int MostLines = 20;

    private readonly NamesFile file;
    private readonly string path;
    private readonly NameRules rules;
    private readonly List<HashSet<(string From, string To)>> used;
    private readonly bool[] transposed,
        laidOut;
    private readonly Dictionary<TraceKey, string> sources = [];

    private NameMap(NamesFile file, string path)
    {
        (this.file, this.path) = (file, path);
        rules = new(file.Rules);
        used = [.. file.Rules.Select(_ => new HashSet<(string, string)>())];
        (transposed, laidOut) = (new bool[file.Rules.Count], new bool[file.Rules.Count]);
    }

    /// <summary>Whose names are turned into the other's.</summary>
    public NamedSide Side => file.Of;

    /// <summary>How many rules are guesses.</summary>
    public int Guesses => file.Rules.Count(rule => rule.Guess is not null);

    /// <summary>How many entries are in another order, of which nothing but sketches was kept.</summary>
    public int Unordered { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="AlignException">It cannot be read, or a rule is none.</exception>
    public static NameMap Read(string path) => new(NamesFile.Read(path), path);

    /// <summary>The map of rules that are no file's.</summary>
    public static NameMap Of(NamesFile file) => new(file, "names");

    /// <summary>What an entry is called in the other run.</summary>
    public TraceKey Of(TraceKey key) => new(key.Phase, rules.Of(key.Phase, key.Name).Name);

    /// <summary>A run under the other's names.</summary>
    /// <param name="run">The trace of a rank.</param>
    /// <param name="start">The start weights under the run's own names, where they are known.</param>
    /// <exception cref="AlignException">Two names become one.</exception>
    public RunTrace Apply(RunTrace run, NamedTensors? start) =>
        run with
        {
            Iterations = [.. run.Iterations.Select(iteration => Apply(iteration, start))],
            Modules = Apply(TracePhase.Forward, run.Modules),
            Gradients = Apply(TracePhase.Backward, run.Gradients),
        };

    /// <summary>Tensors of a file under the other's names, which own what these did.</summary>
    /// <param name="phase">What they are.</param>
    /// <param name="tensors">The tensors.</param>
    /// <exception cref="AlignException">Two names become one.</exception>
    public NamedTensors Apply(TracePhase phase, NamedTensors tensors)
    {
        var renamed = new NamedTensors();
        foreach (var (name, tensor) in tensors)
        {
            var renaming = Use(phase, name);
            var axes = Axes(renaming, phase, tensor.Shape);
            if (renamed.Contains(renaming.Name))
            {
                throw Twice(phase, name, renaming.Name);
            }

            renamed.Add(renaming.Name, axes is null ? tensor : Rearrangement.Of(tensor, axes));
            sources[new(phase, renaming.Name)] = name;
        }

        renamed.Own(tensors);
        return renamed;
    }

    /// <summary>Refuses a file of which something is of no use.</summary>
    /// <param name="own">The names of the run before it was renamed.</param>
    /// <param name="other">The other run's names.</param>
    /// <exception cref="AlignException">A rule fits no name, or leads to none that the other run has: a line for each.</exception>
    public void Require(IReadOnlySet<string> own, IReadOnlySet<string> other)
    {
        var (mapped, target) = Side == NamedSide.Second ? ("the second run", "the first") : ("the first run", "the second");
        var faults = new List<string>();
        for (var i = 0; i < file.Rules.Count; i++)
        {
            var rule = file.Rules[i];
            if (used[i].Count == 0)
            {
                faults.Add($"rule {Place(i)} ({rule.Fits}) fits no name of {mapped}{Near(rule.From, own)}");
            }
            else if (!used[i].Any(pair => other.Contains(pair.To)))
            {
                var (from, to) = used[i].First();
                faults.Add($"rule {Place(i)} turns '{from}' into '{to}', and {target} has no such name{Near(to, other)}");
            }
            else if (rule.Transpose && !transposed[i])
            {
                faults.Add($"rule {Place(i)} ({rule.Fits}) is to transpose weights, and none that it fits has two dimensions");
            }
            else if (rule.Layout is not null && !laidOut[i])
            {
                faults.Add($"rule {Place(i)} ({rule.Fits}) is to move channels, and no output that it fits has four dimensions");
            }
        }

        if (faults.Count > 0)
        {
            var more = faults.Count > MostLines ? [$"and {faults.Count - MostLines} more"] : Array.Empty<string>();
            throw new AlignException(string.Join('\n', faults.Take(MostLines).Concat(more).Select(line => $"{path}: {line}")));
        }

        // Nobody reads more of them, and looking takes long among thousands.
        string Near(string? name, IReadOnlySet<string> known) => faults.Count < MostLines ? Hint(name, known) : "";
    }

    private IterationTrace Apply(IterationTrace iteration, NamedTensors? start)
    {
        var renamed = new IterationTrace(iteration.Iteration) { MeasuresKinks = iteration.MeasuresKinks };
        foreach (var entry in iteration.Entries)
        {
            var (phase, name) = (entry.Key.Phase, entry.Key.Name);
            var renaming = Use(phase, name);
            var key = new TraceKey(phase, renaming.Name);
            if (renamed.IndexOf(key) >= 0)
            {
                throw Twice(phase, name, renaming.Name);
            }

            sources[key] = name;
            renamed.Add(Rearranged(entry, key, Axes(renaming, phase, entry.Shape), start));
        }

        return renamed;
    }

    private TraceEntry Rearranged(TraceEntry entry, TraceKey key, int[]? axes, NamedTensors? start)
    {
        if (axes is null)
        {
            return entry with { Key = key };
        }

        var whole = entry.Full ?? (key.Phase == TracePhase.Start && start?.TryGet(entry.Key.Name, out var tensor) == true ? tensor : null);
        if (whole is not null && whole.Shape.AsSpan().SequenceEqual([.. entry.Shape]))
        {
            var other = Rearrangement.Of(whole, axes);
            return new(key, other.Shape, Rearrangement.Summary(other) ?? entry.Summary)
            {
                Full = entry.Full is null ? null : other,
                Kinks = entry.Kinks,
            };
        }

        var count = TensorData.CountOf([.. entry.Shape]);
        var keeps = Rearrangement.KeepsOrder(entry.Shape, axes);
        Unordered += keeps ? 0 : 1;
        return entry with
        {
            Key = key,
            Shape = Rearrangement.Shape(entry.Shape, axes),
            Summary = keeps ? entry.Summary : entry.Summary with { Rearranged = count },
        };
    }

    private HashSet<string>? Apply(TracePhase phase, IReadOnlySet<string>? names) =>
        names?.Select(name => Use(phase, name).Name).ToHashSet(StringComparer.Ordinal);

    private Renaming Use(TracePhase phase, string name)
    {
        var renaming = rules.Of(phase, name);
        foreach (var rule in renaming.Rules)
        {
            used[rule].Add((name, renaming.Name));
        }

        return renaming;
    }

    private int[]? Axes(Renaming renaming, TracePhase phase, IReadOnlyList<long> shape)
    {
        var axes = renaming.Axes(phase, shape);
        foreach (var rule in renaming.Rules)
        {
            transposed[rule] |= axes?.Length == 2 && file.Rules[rule].Transpose;
            laidOut[rule] |= axes?.Length == 4 && file.Rules[rule].Layout is not null;
        }

        return axes;
    }

    private AlignException Twice(TracePhase phase, string name, string to) =>
        new(
            $"{path}: '{sources.GetValueOrDefault(new(phase, to), to)}' and '{name}' ({phase.ToString().ToLowerInvariant()}) both become "
                + $"'{to}'; give one of them a rule of its own"
        );

    private static string Place(int rule) => (rule + 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>The nearest name, where one is near.</summary>
    private static string Hint(string? name, IReadOnlySet<string> known) =>
        name is not null && NearestName.Hint(name, known) is var hint && hint.Contains("did you mean", StringComparison.Ordinal)
            ? hint
            : "";
}
