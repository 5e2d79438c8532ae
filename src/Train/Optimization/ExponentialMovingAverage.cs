using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Train.Optimization;

/// <summary>
/// The moving average of all weights and running statistics, started at zero: e = d e + (1 - d) w with a decay d that rises with the number
/// of updates. Reading it divides by 1 - d^updates with the last decay, as the reference does, and leaves the state as it is (which the
/// reference does not).
/// </summary>
public sealed class ExponentialMovingAverage : IDisposable
{
    private readonly TrainingRecipe recipe;
    private readonly List<StateEntry> sources;
    private readonly List<Tensor> averages;
    private readonly SharedTensors? shared;
    private readonly Dictionary<string, Tensor> byKey = new(StringComparer.Ordinal);

    /// <summary>Starts an average over a network's entries, all but num_batches_tracked.</summary>
    public ExponentialMovingAverage(IReadOnlyList<StateEntry> entries, TrainingRecipe recipe)
        : this(entries, recipe, null) { }

    /// <summary>Starts one some of whose averages several ranks share: an update changes this rank's share of them.</summary>
    internal ExponentialMovingAverage(IReadOnlyList<StateEntry> entries, TrainingRecipe recipe, SharedTensors? shared)
    {
        (this.recipe, this.shared) = (recipe, shared);
        sources = [.. entries.Where(entry => !entry.IsBatchCounter)];
        averages =
        [
            .. sources.Select(entry => shared?.Find(entry.Key) ?? zeros_like(entry.Value, requires_grad: false).DetachFromDisposeScope()),
        ];
        foreach (var (key, average) in Averages)
        {
            byKey.Add(key, average);
        }
    }

    /// <summary>The averages themselves by key, not corrected.</summary>
    internal IEnumerable<KeyValuePair<string, Tensor>> Averages =>
        sources.Select((entry, i) => KeyValuePair.Create(entry.Key, averages[i]));

    /// <summary>The number of updates so far.</summary>
    public long Updates { get; private set; }

    /// <summary>The decay of the update that follows <paramref name="updates"/> others.</summary>
    public double Decay(long updates) => Decay(recipe, updates);

    /// <summary>A recipe's decay of the update that follows <paramref name="updates"/> others.</summary>
    internal static double Decay(TrainingRecipe recipe, long updates) =>
        recipe.EmaDecayType switch
        {
            EmaDecayType.Threshold => Math.Min(recipe.EmaDecay, (1.0 + updates) / (10.0 + updates)),
            EmaDecayType.Exponential => recipe.EmaDecay * (1 - Math.Exp(-(updates + 1) / 2000.0)),
            EmaDecayType.Normal => recipe.EmaDecay,
            _ => throw new InvalidOperationException($"no decay of type {recipe.EmaDecayType}"),
        };

    /// <summary>Takes the network's present weights into the average.</summary>
    public void Update()
    {
        using var noGrad = no_grad();
        var decay = Decay(Updates);
        EmaUpdate.Run([
            .. sources
                .Zip(averages, (entry, average) => (Entry: entry, Average: average))
                .Where(pair => shared?.Changes(pair.Entry.Key) != false)
                .Select(pair => new EmaUpdate(pair.Average, pair.Entry.Value, (float)decay, (float)(1 - decay))),
        ]);
        Updates++;
    }

    /// <summary>
    /// The averages corrected for their start at zero, with the network's own num_batches_tracked; the state is not changed.
    /// </summary>
    /// <param name="entries">The network's entries, for order and batch counters.</param>
    /// <exception cref="InvalidOperationException">There was no update yet.</exception>
    public NamedTensors Read(IReadOnlyList<StateEntry> entries)
    {
        var tensors = new NamedTensors();
        foreach (var (key, copy) in InOrder.Select(entries, Copy))
        {
            tensors.Add(key, copy);
        }

        return tensors;

        (string, TensorData) Copy(StateEntry entry)
        {
            using var corrected = Read(entry);
            return (entry.Key, corrected.ToData());
        }
    }

    /// <summary>One average, corrected, as a tensor of its own; num_batches_tracked is the network's.</summary>
    /// <exception cref="InvalidOperationException">There was no update yet.</exception>
    public Tensor Read(StateEntry entry)
    {
        if (Updates == 0)
        {
            throw new InvalidOperationException("the moving average has not seen any weights yet");
        }

        using var noGrad = no_grad();
        using Scalar correction = Correction;
        return byKey.TryGetValue(entry.Key, out var average) ? average / correction : entry.Value.alias();
    }

    /// <summary>What <see cref="Read(StateEntry)"/> divides by.</summary>
    public double Correction => 1 - Math.Pow(Decay(Updates - 1), Updates);

    /// <summary>The uncorrected state, to be continued from by <see cref="LoadState"/>.</summary>
    public NamedTensors State()
    {
        var tensors = new NamedTensors();
        for (var i = 0; i < sources.Count; i++)
        {
            tensors.Add(sources[i].Key, averages[i].ToData());
        }

        return tensors;
    }

    /// <summary>Replaces the state.</summary>
    /// <exception cref="AlignException">A tensor is missing or of another shape.</exception>
    public void LoadState(NamedTensors tensors, long updates)
    {
        for (var i = 0; i < sources.Count; i++)
        {
            tensors[sources[i].Key].CopyTo(sources[i].Key, averages[i]);
        }

        Updates = updates;
    }

    /// <inheritdoc />
    public void Dispose() => averages.ForEach(average => average.Dispose());
}
